import io.joern.pysrc2cpg.{Py2CpgOnFileSystem, Py2CpgOnFileSystemConfig}
import io.joern.x2cpg.X2Cpg
import io.joern.x2cpg.frontendspecific.pysrc2cpg.*
import io.joern.x2cpg.passes.callgraph.NaiveCallLinker
import io.joern.x2cpg.passes.frontend.*
import io.shiftleft.codepropertygraph.generated.Cpg
import io.shiftleft.codepropertygraph.generated.nodes.{Call, Method}
import io.shiftleft.semanticcpg.language.*

/** Joern's call edges of folders of Python files, each a project of its own: `Calls GRAPH FOLDER...`.
  *
  * A line of JSON an edge. `linker` is `type` for what type recovery gives, `name` for what Joern adds at the end by bare names.
  */
object Calls:
  given ICallResolver = NoResolve

  def main(arguments: Array[String]): Unit =
    for folder <- arguments.tail do
      val cpg = imported(folder, arguments.head)
      val typed = edges(cpg)
      NaiveCallLinker(cpg).createAndApply()
      for (edge, linker) <- typed.map(_ -> "type") ++ (edges(cpg).diff(typed)).map(_ -> "name") do println(line(folder, edge, linker))
      cpg.close()

  private def imported(folder: String, graph: String): Cpg =
    val cpg = new Py2CpgOnFileSystem().createCpg(Py2CpgOnFileSystemConfig().withInputPath(folder).withOutputPath(graph)).get
    X2Cpg.applyDefaultOverlays(cpg)
    List(
      new ImportsPass(cpg),
      new PythonImportResolverPass(cpg),
      new DynamicTypeHintFullNamePass(cpg),
      new PythonInheritanceNamePass(cpg)
    ).foreach(_.createAndApply())
    new PythonTypeRecoveryPassGenerator(cpg).generate().foreach(_.createAndApply())
    new PythonTypeHintCallLinker(cpg).createAndApply()
    cpg

  private def edges(cpg: Cpg): List[(Call, Method)] =
    (for call <- cpg.call; callee <- call.callee if !callee.name.startsWith("<operator") yield (call, callee)).toList

  private def line(folder: String, edge: (Call, Method), linker: String): String =
    val (call, callee) = edge
    val fields = List(
      "folder" -> text(folder),
      "file" -> text(call.method.filename),
      "line" -> call.lineNumber.getOrElse(0).toString,
      "caller" -> text(call.method.fullName),
      "caller_line" -> call.method.lineNumber.getOrElse(0).toString,
      "callee" -> text(callee.fullName),
      "callee_file" -> text(callee.filename),
      "callee_line" -> callee.lineNumber.getOrElse(0).toString,
      "callee_is_external" -> callee.isExternal.toString,
      "linker" -> text(linker)
    )
    fields.map((name, value) => s"\"$name\":$value").mkString("{", ",", "}")

  private def text(value: String): String =
    val escaped = value.flatMap {
      case '"'                 => "\\\""
      case '\\'                => "\\\\"
      case c if c < ' '        => f"\\u${c.toInt}%04x"
      case c                   => c.toString
    }
    s"\"$escaped\""
