use std::path::PathBuf;

use super::section::section;

section! {
    /// Imports.
    Import = "import" {
        /// Folders below which a server may import local paths; empty is none. The command line, run by the person at the
        /// machine, imports any path that this person can read. In the environment separated by `:`.
        roots: Vec<PathBuf> = Vec::new(), ["CODEGRAPH_IMPORT_ROOTS"];
        /// Files lowered at the same time; 0 is one for each core.
        parallel_files: u64 = 0, ["CODEGRAPH_IMPORT_PARALLEL_FILES"];
        /// Bytes of source that may be in work at the same time. A single file may be larger.
        bytes_in_work: u64 = 64 << 20, ["CODEGRAPH_IMPORT_BYTES_IN_WORK"];
        /// Files above so many bytes are listed as gaps (`too_large`) and not lowered.
        max_file_bytes: u64 = 16 << 20, ["CODEGRAPH_IMPORT_MAX_FILE_BYTES"];
        /// Files in a repository, listed ones included.
        max_files: u64 = 1_000_000, ["CODEGRAPH_IMPORT_MAX_FILES"];
        /// Memory that the graph database may take while a graph is built, in bytes.
        graph_memory_bytes: u64 = 512 << 20, ["CODEGRAPH_IMPORT_GRAPH_MEMORY_BYTES"];
        /// Seconds after which the clone of a repository is given up.
        fetch_seconds: u64 = 900, ["CODEGRAPH_IMPORT_FETCH_SECONDS"];
        /// Seconds that a job is held without a word of the process that runs it: one whose process was killed is begun anew so long
        /// after.
        lease_seconds: u64 = 30, ["CODEGRAPH_IMPORT_LEASE_SECONDS"];
        /// Bytes that the clone of a repository may download.
        fetch_bytes: u64 = 2 << 30, ["CODEGRAPH_IMPORT_FETCH_BYTES"];
    }
}
