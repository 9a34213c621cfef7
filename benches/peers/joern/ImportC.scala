import io.joern.c2cpg.{C2Cpg, Config}
import io.joern.dataflowengineoss.layers.dataflows.{OssDataFlow, OssDataFlowOptions}
import io.joern.x2cpg.X2Cpg
import io.shiftleft.semanticcpg.language.*
import io.shiftleft.semanticcpg.layers.LayerCreatorContext
import java.io.PrintWriter

/** Joern's import of a folder of C and C++ files through its data-flow layer: `ImportC FOLDER GRAPH [LIST]`.
  *
  * Where a third argument is given, methods with their body, their parameters and calls are written there, a line each: kind, file, line and
  * name, with tabs between.
  */
object ImportC:
  def main(arguments: Array[String]): Unit =
    val (folder, graph) = (arguments(0), arguments(1))
    val cpg = new C2Cpg().createCpg(Config().withInputPath(folder).withOutputPath(graph)).get
    X2Cpg.applyDefaultOverlays(cpg)
    new OssDataFlow(new OssDataFlowOptions()).run(new LayerCreatorContext(cpg))
    println(s"""{"nodes":${cpg.graph.nodeCount},"edges":${cpg.graph.edgeCount},"methods":${cpg.method.isExternal(false).size},"calls":${cpg.call.size}}""")
    arguments.lift(2).foreach { path =>
      val out = new PrintWriter(path)
      def line(kind: String, file: String, number: Option[Int], name: String): Unit =
        number.foreach(number => out.println(List(kind, file, number.toString, name).mkString("\t")))
      for method <- cpg.method.isExternal(false) if !method.name.startsWith("<") do
        line("method", method.filename, method.lineNumber, method.name)
        for parameter <- method.parameter do line("parameter", method.filename, parameter.lineNumber, parameter.name)
      for call <- cpg.call if !call.name.startsWith("<operator") do line("call", call.method.filename, call.lineNumber, call.name)
      out.close()
    }
    cpg.close()
