//! Telling how far an import is.

use codegraph_model::Step;

/// Is told how far an import is. Calls come from several threads and must not block.
pub trait Progress: Send + Sync {
    /// A step begins; `total` is what [`Progress::advance`] counts up to, where that is known.
    fn begin(&self, step: Step, total: Option<u64>);
    /// So much more is done: bytes of source in [`Step::Lower`] and [`Step::Outline`], files in [`Step::Find`], bytes in
    /// [`Step::Fetch`].
    fn advance(&self, step: Step, by: u64);
    /// The step is over.
    fn end(&self, step: Step);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Step, _: Option<u64>) {}
    fn advance(&self, _: Step, _: u64) {}
    fn end(&self, _: Step) {}
}
