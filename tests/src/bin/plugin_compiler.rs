//! The compile child on its own, for tests.
fn main() -> std::process::ExitCode {
    codegraph_plugin_host::compile_child()
}
