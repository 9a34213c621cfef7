//! Things of this program in the graph: `postcard`, as a Zstandard frame.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Most bytes that are unpacked; facts of the largest files that importers take have a tenth.
const BYTES: usize = 1 << 30;
/// Level of compression. Facts of Django: 5.05 MB and 0.03 s at level 1, 4.72 MB and 0.16 s at 9, 4.48 MB and 0.67 s at 15.
const LEVEL: i32 = 9;

/// Packs something.
pub(super) fn pack(thing: &impl Serialize) -> Result<Vec<u8>, String> {
    pack_bytes(&postcard::to_allocvec(thing).map_err(|error| error.to_string())?)
}

/// Packs bytes.
pub(super) fn pack_bytes(bytes: &[u8]) -> Result<Vec<u8>, String> {
    zstd::bulk::compress(bytes, LEVEL).map_err(|error| error.to_string())
}

/// Unpacks what was packed.
pub(super) fn unpack<T: DeserializeOwned>(frame: &[u8]) -> Result<T, String> {
    postcard::from_bytes(&unpack_bytes(frame)?).map_err(|error| error.to_string())
}

/// Unpacks bytes.
pub(super) fn unpack_bytes(frame: &[u8]) -> Result<Vec<u8>, String> {
    let size = zstd::bulk::Decompressor::upper_bound(frame)
        .unwrap_or(BYTES)
        .min(BYTES);
    zstd::bulk::decompress(frame, size).map_err(|error| error.to_string())
}
