import io.joern.dataflowengineoss.layers.dataflows.{OssDataFlow, OssDataFlowOptions}
import io.joern.pysrc2cpg.{Py2CpgOnFileSystem, Py2CpgOnFileSystemConfig}
import io.joern.x2cpg.X2Cpg
import io.joern.x2cpg.frontendspecific.pysrc2cpg.*
import io.joern.x2cpg.passes.frontend.*
import io.shiftleft.semanticcpg.language.*
import io.shiftleft.semanticcpg.layers.LayerCreatorContext

/** Joern's import of a folder of Python files through its data-flow layer: `Import FOLDER GRAPH`. */
object Import:
  def main(arguments: Array[String]): Unit =
    val Array(folder, graph) = arguments
    val config = Py2CpgOnFileSystemConfig().withInputPath(folder).withOutputPath(graph)
    val cpg = new Py2CpgOnFileSystem().createCpg(config).get
    X2Cpg.applyDefaultOverlays(cpg)
    List(
      new ImportsPass(cpg),
      new PythonImportResolverPass(cpg),
      new DynamicTypeHintFullNamePass(cpg),
      new PythonInheritanceNamePass(cpg)
    ).foreach(_.createAndApply())
    new PythonTypeRecoveryPassGenerator(cpg).generate().foreach(_.createAndApply())
    new PythonTypeHintCallLinker(cpg).createAndApply()
    new OssDataFlow(new OssDataFlowOptions()).run(new LayerCreatorContext(cpg))
    println(s"""{"nodes":${cpg.graph.nodeCount},"edges":${cpg.graph.edgeCount},"methods":${cpg.method.isExternal(false).size},"calls":${cpg.call.size}}""")
    cpg.close()
