//! Where the lines of a source start: one look for the passes and for the store.

/// Offsets at which lines start; a line ends after its `\n`.
pub(crate) fn starts(source: &[u8]) -> Vec<u32> {
    let mut starts = vec![0];
    starts.extend(
        source
            .iter()
            .enumerate()
            .filter(|&(_, &byte)| byte == b'\n')
            .map(|(at, _)| at as u32 + 1),
    );
    starts
}
