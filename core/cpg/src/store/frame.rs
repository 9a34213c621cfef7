//! Things of this program in the graph: `postcard`, as a Zstandard frame.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Most bytes that are unpacked; facts of the largest files that importers take have a tenth.
const BYTES: usize = 1 << 30;
/// Level of compression: higher ones take more time than the smaller file is worth.
const LEVEL: i32 = 1;

/// Packs something.
pub(super) fn pack(thing: &impl Serialize) -> Result<Vec<u8>, String> {
    let bytes = postcard::to_allocvec(thing).map_err(|error| error.to_string())?;
    zstd::bulk::compress(&bytes, LEVEL).map_err(|error| error.to_string())
}

/// Unpacks what was packed.
pub(super) fn unpack<T: DeserializeOwned>(frame: &[u8]) -> Result<T, String> {
    let size = zstd::bulk::Decompressor::upper_bound(frame)
        .unwrap_or(BYTES)
        .min(BYTES);
    let bytes = zstd::bulk::decompress(frame, size).map_err(|error| error.to_string())?;
    postcard::from_bytes(&bytes).map_err(|error| error.to_string())
}
