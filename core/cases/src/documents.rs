//! Documents on the disk.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::CasesError;

/// Largest document, bytes: its cases are compared as text.
const BYTES: u64 = 8 << 20;

/// The documents of a place: the file itself, or a folder's Markdown files in order of their names.
pub fn documents(place: &Path) -> Result<Vec<PathBuf>, CasesError> {
    if place.is_file() {
        return Ok(vec![place.to_owned()]);
    }
    if !place.is_dir() {
        return Err(CasesError::Missing(place.into()));
    }
    let entries = std::fs::read_dir(place).map_err(CasesError::io("read", place))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    found.sort();
    if found.is_empty() {
        return Err(CasesError::NoCases(place.into()));
    }
    Ok(found)
}

/// Reads a document.
pub(crate) fn read(path: &Path) -> Result<String, CasesError> {
    let file = std::fs::File::open(path).map_err(CasesError::io("read", path))?;
    let mut bytes = Vec::new();
    // One byte more tells a document that is too large, also where the file has no size.
    file.take(BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(CasesError::io("read", path))?;
    if bytes.len() as u64 > BYTES {
        return Err(CasesError::TooLarge {
            path: path.into(),
            bytes: path
                .metadata()
                .map_or(BYTES + 1, |metadata| metadata.len().max(BYTES + 1)),
            limit: BYTES,
        });
    }
    String::from_utf8(bytes).map_err(|_| CasesError::NoText(path.into()))
}

/// Writes a document anew: the old text stays until the new one is whole.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), CasesError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(CasesError::io("write", path))?;
    new.write_all(text.as_bytes())
        .map_err(CasesError::io("write", path))?;
    if let Ok(metadata) = path.metadata() {
        new.as_file()
            .set_permissions(metadata.permissions())
            .map_err(CasesError::io("write", path))?;
    }
    new.persist(path)
        .map_err(|error| CasesError::io("write", path)(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_document_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let said = |error: CasesError| error.to_string();
        assert!(said(documents(&at("none")).unwrap_err()).starts_with("there is no "));
        assert!(said(documents(folder.path()).unwrap_err()).contains("there are no cases in"));
        std::fs::write(at("b.md"), "b").unwrap();
        std::fs::write(at("a.md"), "a").unwrap();
        std::fs::write(at("c.txt"), "c").unwrap();
        assert_eq!(documents(folder.path()).unwrap(), [at("a.md"), at("b.md")]);
        std::fs::write(at("binary.md"), [0xFF, 0xFE]).unwrap();
        assert!(said(read(&at("binary.md")).unwrap_err()).ends_with("is no text in UTF-8"));
        let huge = std::fs::File::create(at("huge.md")).unwrap();
        huge.set_len(BYTES + 7).unwrap();
        assert!(said(read(&at("huge.md")).unwrap_err()).contains("has 8388615 bytes"));
        assert!(matches!(read(&at("none.md")), Err(CasesError::Io { .. })));
    }

    #[test]
    fn documents_are_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        std::fs::write(&path, "old").unwrap();
        write(&path, "new").unwrap();
        assert_eq!(read(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
