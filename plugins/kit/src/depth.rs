//! A bound on recursion.

/// Nesting at which lowering stops going deeper. A guest has about half a megabyte of stack, and a level of
/// expressions takes up to three frames; no compiler of the languages we read accepts code nested as deep as this.
pub const DEEPEST: u32 = 200;

/// Counts how deep a recursive walk is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Depth(u32);

impl Depth {
    /// Goes one level down; false where that is too deep, and then nothing was counted.
    #[must_use]
    pub fn enter(&mut self) -> bool {
        let fits = self.0 < DEEPEST;
        self.0 += u32::from(fits);
        fits
    }

    /// Goes one level up.
    pub fn leave(&mut self) {
        self.0 -= 1;
    }
}
