use std::path::PathBuf;

use super::section::section;

section! {
    /// Where things are kept.
    Paths = "paths" {
        /// Folder of the database, the graphs and the sources.
        /// Default: `codegraph` in `$XDG_DATA_HOME`, or in `~/.local/share`.
        data_dir: PathBuf = PathBuf::new(), ["CODEGRAPH_DATA_DIR"];
        /// Folder of what can be made again: compiled plugins.
        /// Default: `codegraph` in `$XDG_CACHE_HOME`, or in `~/.cache`.
        cache_dir: PathBuf = PathBuf::new(), ["CODEGRAPH_CACHE_DIR"];
        /// More folders with plugins, looked through after `plugins` beside the program; where two hold the same plugin, the earlier wins.
        /// In the environment separated by `:`.
        plugin_dirs: Vec<PathBuf> = Vec::new(), ["CODEGRAPH_PLUGIN_DIR"];
    }
}
