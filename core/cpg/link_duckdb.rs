// Shared by the build scripts of crates whose executables or tests link DuckDB's shared library:
//
//     include!("../cpg/link_duckdb.rs");
//     fn main() { link_duckdb(); }
//
// Copies the library beside the executables of the profile and lets them look for it there, so that they run from any
// folder with no environment. Does nothing where DuckDB is built in (`DUCKDB_LIB_DIR` is unset or holds no library).
fn link_duckdb() {
    use std::path::Path;
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    let Some(folder) = std::env::var_os("DUCKDB_LIB_DIR") else { return };
    let name = if cfg!(target_os = "macos") { "libduckdb.dylib" } else { "libduckdb.so" };
    let library = Path::new(&folder).join(name);
    println!("cargo::rerun-if-changed={}", library.display());
    let Ok(wanted) = std::fs::metadata(&library) else { return };
    // OUT_DIR is <target>/<profile>/build/<package>-<hash>/out.
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let profile = Path::new(&out).ancestors().nth(3).expect("OUT_DIR lies in the profile's folder");
    let copy = profile.join(name);
    let is_there = std::fs::metadata(&copy)
        .is_ok_and(|found| found.len() == wanted.len() && found.modified().ok() >= wanted.modified().ok());
    if !is_there {
        // Several build scripts may do this at once: each writes a file of its own and renames it over the others'.
        let temporary = profile.join(format!(".{name}.{}", std::process::id()));
        std::fs::copy(&library, &temporary).expect("DuckDB's library can be copied beside the executables");
        std::fs::rename(&temporary, &copy).expect("DuckDB's library can be put beside the executables");
    }
    // Executables lie in the profile's folder, tests in its folder `deps`, examples in `examples`.
    let origin = if cfg!(target_os = "macos") { "@loader_path" } else { "$ORIGIN" };
    println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}/..");
}
