use super::section::section;

section! {
    /// Graphs that are read.
    Graph = "graph" {
        /// Memory that the graph database may take for all questions together, in bytes.
        memory_bytes: u64 = 1 << 30, ["CODEGRAPH_GRAPH_MEMORY_BYTES"];
        /// Threads for the queries of all questions together; 0 is one for each core.
        threads: u64 = 0, ["CODEGRAPH_GRAPH_THREADS"];
    }
}
