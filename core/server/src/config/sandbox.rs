use super::section::section;

section! {
    /// What locks up child processes (git, SQL, the plugin compiler).
    Sandbox = "sandbox" {
        /// Refuses to run a child where the system cannot enforce a part of its sandbox.
        strict: bool = false, ["CODEGRAPH_SANDBOX_STRICT"];
    }
}
