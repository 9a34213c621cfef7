//! What an importer implements and calls.

use crate::bindings::importer as generated;
pub use generated::codegraph::plugin::ast_sink::{AstBatch, gap, push};
pub use generated::codegraph::plugin::cpg::{NodeFlags, NodeKind, Role};
pub use generated::exports::codegraph::plugin::importer::{FileContext, FileOutline, Language};

use crate::Fault;

/// An importer: turns the files of its languages into graph rows.
pub trait Importer {
    /// Names the languages and the rules by which the linker looks names up in them.
    fn describe() -> Vec<Language>;

    /// Gives cheap facts of one file before any file is lowered. Not called where the language's rules say `outline: none`.
    ///
    /// # Errors
    /// [`Fault::InvalidInput`] where the file cannot be read at all; the file is then a gap.
    fn outline(path: &str, source: &[u8]) -> Result<FileOutline, Fault> {
        let _ = (path, source);
        Ok(FileOutline {
            module: String::new(),
            includes: Vec::new(),
            facts: Vec::new(),
            extra: Vec::new(),
        })
    }

    /// Pushes the rows of one file by [`push`], and its gaps by [`gap`].
    ///
    /// # Errors
    /// [`Fault::InvalidInput`] where nothing of the file can be read; a part that cannot is a gap, not an error.
    fn lower(context: &FileContext, source: &[u8]) -> Result<(), Fault>;
}

/// Exports a type that implements [`Importer`] as the crate's plugin, with the manifest `plugin.toml`.
#[macro_export]
macro_rules! export_importer {
    ($importer:ty) => {
        $crate::embed_manifest!();
        // Built for tests on the machine itself, the type counts as used too.
        #[cfg(not(target_family = "wasm"))]
        const _: fn() -> Vec<$crate::importer::Language> = <$importer as $crate::importer::Importer>::describe;
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Exported;
            impl $crate::bindings::importer::exports::codegraph::plugin::importer::Guest for Exported {
                fn describe() -> Vec<$crate::importer::Language> {
                    <$importer as $crate::importer::Importer>::describe()
                }
                fn outline(path: String, source: Vec<u8>) -> Result<$crate::importer::FileOutline, $crate::Fault> {
                    <$importer as $crate::importer::Importer>::outline(&path, &source)
                }
                fn lower(context: $crate::importer::FileContext, source: Vec<u8>) -> Result<(), $crate::Fault> {
                    <$importer as $crate::importer::Importer>::lower(&context, &source)
                }
            }
            $crate::bindings::importer::export!(Exported with_types_in $crate::bindings::importer);
        };
    };
}
