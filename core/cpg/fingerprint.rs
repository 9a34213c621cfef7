// Names the code of this crate by a hash of its sources: two programs of one name give the same rows for the same input.

/// Sets `CODEGRAPH_CPG_SOURCES` for the compiler. Tests do not count.
fn fingerprint() {
    let mut open = vec![std::path::PathBuf::from("src")];
    let mut sources = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("the sources can be listed") {
            let path = entry.expect("the sources can be listed").path();
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
            if path.is_dir() && !is_test {
                open.push(path);
            } else if !is_test {
                sources.push(path);
            }
        }
    }
    sources.sort();
    // FNV-1a (Fowler, Noll, Vo): nobody means harm here, and it needs no crate.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in &sources {
        let text = std::fs::read(path).expect("the sources can be read");
        for byte in path.to_string_lossy().bytes().chain([0]).chain(text).chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=CODEGRAPH_CPG_SOURCES={hash:016x}");
}
