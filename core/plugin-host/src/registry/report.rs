//! Whether a component fits the contract: read from its type, before anything of it is compiled or run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use wasmparser::component_types::ComponentEntityType;
use wasmparser::{Parser, Payload, ValidPayload, Validator};

use crate::contract::{API_VERSION, Capability, INTERFACES, PACKAGE, export_of};
use crate::manifest::Manifest;

/// Says, name by name, why a component does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Imports that this host does not have, with the API version that they are of where it can be known.
    pub unknown_imports: Vec<String>,
    /// Imports that this host has, but not for this kind of plugin.
    pub foreign_imports: Vec<String>,
    /// Imports that need a capability which the manifest does not ask for.
    pub unasked_imports: Vec<String>,
    /// What a plugin of this kind must export and this one does not.
    pub missing_exports: Vec<String>,
}

impl Report {
    /// Whether it fits.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it does not fit API {API_VERSION} of this host")?;
        let parts = [
            ("this host lacks its imports", &self.unknown_imports),
            ("its kind cannot import", &self.foreign_imports),
            (
                "its manifest does not ask for what it imports",
                &self.unasked_imports,
            ),
            ("it lacks exports", &self.missing_exports),
        ];
        for (what, names) in parts {
            if !names.is_empty() {
                write!(f, "; {what}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

/// Bytes of a page of linear memory.
const WASM_PAGE: u64 = 65536;

/// Names of the functions of an instance.
type Functions = BTreeSet<String>;

/// What a component imports and exports at its top: instances with their functions, and everything else by name.
#[derive(Debug, Default)]
pub(super) struct Surface {
    imports: BTreeMap<String, Option<Functions>>,
    exports: BTreeMap<String, Option<Functions>>,
    /// The most that one of its modules has.
    pub(super) most: Most,
}

/// What a module of a component takes before it runs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Most {
    pub(super) memories: u64,
    pub(super) memory_bytes: u64,
    pub(super) tables: u64,
    pub(super) table_elements: u64,
}

impl Surface {
    /// Validates the types of a component and reads its surface. Function bodies are left to the compiler.
    pub(super) fn of(wasm: &[u8]) -> Result<Self, String> {
        let say = |error: wasmparser::BinaryReaderError| error.to_string();
        let mut validator = Validator::new();
        let mut depth = 0_usize;
        let mut imports = Vec::new();
        let mut exports = Vec::new();
        let mut types = None;
        let mut most = Most::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(say)?;
            match &payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section.clone() {
                        imports.push(import.map_err(say)?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section.clone() {
                        exports.push(export.map_err(say)?.name.name.to_owned());
                    }
                }
                Payload::MemorySection(section) => {
                    most.memories = most.memories.max(section.count().into());
                    for memory in section.clone() {
                        let bytes = memory.map_err(say)?.initial.saturating_mul(WASM_PAGE);
                        most.memory_bytes = most.memory_bytes.max(bytes);
                    }
                }
                Payload::TableSection(section) => {
                    most.tables = most.tables.max(section.count().into());
                    for table in section.clone() {
                        let elements = table.map_err(say)?.ty.initial;
                        most.table_elements = most.table_elements.max(elements);
                    }
                }
                _ => {}
            }
            if let ValidPayload::End(of) = validator.payload(&payload).map_err(say)? {
                // The last one is the outermost component's.
                types = Some(of);
            }
        }
        let types = types.ok_or("the file ends early")?;
        let types = types.as_ref();
        let functions = |entity: ComponentEntityType| {
            let ComponentEntityType::Instance(id) = entity else {
                return None;
            };
            let functions = types[id]
                .exports
                .iter()
                .filter(|(_, item)| matches!(item.ty, ComponentEntityType::Func(_)));
            Some(functions.map(|(name, _)| name.clone()).collect())
        };
        let of_import = |name: String| {
            let functions = types
                .component_item_for_import(&name)
                .and_then(|item| functions(item.ty));
            (name, functions)
        };
        let of_export = |name: String| {
            let functions = types
                .component_item_for_export(&name)
                .and_then(|item| functions(item.ty));
            (name, functions)
        };
        Ok(Self {
            imports: imports.into_iter().map(of_import).collect(),
            exports: exports.into_iter().map(of_export).collect(),
            most,
        })
    }

    /// Compares with what the manifest says it is.
    pub(super) fn report(&self, manifest: &Manifest) -> Report {
        let mut report = Report::default();
        for (name, items) in &self.imports {
            check_import(name, items.as_ref(), manifest, &mut report);
        }
        let (interface, functions) = export_of(manifest.kind);
        let export = format!("{PACKAGE}{interface}@{API_VERSION}");
        match self.exports.get(&export) {
            Some(Some(names)) => {
                let missing = functions
                    .iter()
                    .filter(|&&function| !names.contains(function));
                report
                    .missing_exports
                    .extend(missing.map(|function| format!("{export} {function}")));
            }
            _ => report.missing_exports.push(export),
        }
        report
    }
}

fn check_import(
    name: &str,
    functions: Option<&Functions>,
    manifest: &Manifest,
    report: &mut Report,
) {
    // The empty WASI is there for every plugin; which versions of it, the linker says.
    if name.starts_with("wasi:") {
        return;
    }
    let Some((interface, version)) = ours(name) else {
        report.unknown_imports.push(name.into());
        return;
    };
    let known = INTERFACES.iter().find(|known| known.name == interface);
    let (Some(known), true) = (known, version == API_VERSION) else {
        report
            .unknown_imports
            .push(format!("{name} (of API {version})"));
        return;
    };
    if !known.kinds.contains(&manifest.kind) {
        report.foreign_imports.push(name.into());
        return;
    }
    for function in functions.into_iter().flatten() {
        match known.items.iter().find(|(item, _)| item == function) {
            None => report.unknown_imports.push(format!("{name} {function}")),
            Some((_, needs)) => {
                if !needs.is_empty()
                    && !needs
                        .iter()
                        .any(|need| manifest.capabilities.contains(need))
                {
                    let needs = needs
                        .iter()
                        .copied()
                        .map(Capability::text)
                        .collect::<Vec<_>>()
                        .join(" or ");
                    report
                        .unasked_imports
                        .push(format!("{name} {function} (needs {needs})"));
                }
            }
        }
    }
}

/// Interface and version of a name in our package.
fn ours(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?.split_once('@')
}
