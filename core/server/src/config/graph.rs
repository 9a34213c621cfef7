use super::section::section;

section! {
    /// Graphs that are read.
    Graph = "graph" {
        /// Memory that the graph database may take for all questions together, in bytes.
        memory_bytes: u64 = 1 << 30, ["CODEGRAPH_GRAPH_MEMORY_BYTES"];
        /// Threads for the queries of all questions together; 0 is one for each core.
        threads: u64 = 0, ["CODEGRAPH_GRAPH_THREADS"];
        /// Longest time that a server spends on computing in the background what scenarios ask for, a graph, in seconds; 0 switches it off.
        warm_seconds: u64 = 60, ["CODEGRAPH_GRAPH_WARM_SECONDS"];
    }
}
