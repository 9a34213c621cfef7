use super::section::section;

section! {
    /// The log, on standard error.
    Log = "log" {
        /// What is logged, as `RUST_LOG` says it: `warn`, `codegraph_jobs=debug`. `--verbose` is `debug`. Default: nothing.
        filter: String = "off".into(), ["CODEGRAPH_LOG", "RUST_LOG"];
    }
}
