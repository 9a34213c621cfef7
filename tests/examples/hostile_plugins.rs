//! Writes plugins that mean harm into a folder, for servers that are measured while they are asked.
//!
//! `hostile_plugins FOLDER COPIES`: each so many times under names of its own (`trap-0`, `trap-1`, ...), as one that misbehaves again and
//! again is not called for a while. Prints their names. Beside them lies `talker`, which means no harm and has 12 MiB to say.

use std::io::{self, Write as _};
use std::path::PathBuf;

use codegraph_tests::plugins::hostile;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, copies] = arguments.as_slice() else {
        return Err(io::Error::other("hostile_plugins FOLDER COPIES"));
    };
    let folder = PathBuf::from(folder);
    let copies: u32 = copies.parse().map_err(io::Error::other)?;
    std::fs::create_dir_all(&folder)?;
    let mut out = io::stdout().lock();
    for guest in hostile::scenarios() {
        for copy in 0..copies {
            let guest = guest.clone().named(&format!("{}-{copy}", guest.id));
            std::fs::write(folder.join(format!("{}.wasm", guest.id)), guest.build())?;
            writeln!(out, "{}", guest.id)?;
        }
    }
    let talker = hostile::talker("talker", 192, 64 << 10);
    std::fs::write(folder.join("talker.wasm"), talker.build())
}
