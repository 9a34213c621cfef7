//! Plugins written by hand as core modules in text, made into components of the contract's worlds.
//!
//! A [`Guest`] does the least that its world asks for; a test replaces the part that is to misbehave. Memory layout of all
//! guests: zeroes up to 1 KiB (an address there is an empty list, an `ok` of nothing, a descriptor of empty texts), the
//! plugin's identifier at [`ID`], free space from [`HEAP`].

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where the identifier stands.
pub const ID: u32 = 1024;
/// Where `cabi_realloc` starts to give space.
pub const HEAP: u32 = 65536;

/// A plugin in the making.
#[derive(Clone, Debug)]
pub struct Guest {
    pub id: String,
    kind: Kind,
    /// More lines of the manifest.
    pub manifest: String,
    /// The whole manifest instead, `None` for none at all.
    pub whole_manifest: Option<Option<Vec<u8>>>,
    /// Imports: `(import "codegraph:plugin/host@1.0.0-rc" "log" (func $log (param i32 i32 i32)))`.
    pub imports: String,
    /// Pages of memory at the start.
    pub pages: u32,
    /// More items of the module: functions, globals, a start function.
    pub items: String,
    /// Body of `describe`, gives an address.
    pub describe: String,
    /// Body of `outline` (importers), gives an address.
    pub outline: String,
    /// Body of `lower` or `run`, gives an address.
    pub work: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Importer,
    Scenario,
}

impl Guest {
    /// An importer of no language that pushes nothing.
    pub fn importer(id: &str) -> Self {
        Self::new(id, Kind::Importer)
    }

    /// A scenario that says that it found nothing.
    pub fn scenario(id: &str) -> Self {
        // The descriptor at 16: its first field is the identifier's address and length.
        let describe = format!(
            "(i32.store (i32.const 16) (i32.const {ID})) (i32.store (i32.const 20) (i32.const {})) (i32.const 16)",
            id.len()
        );
        Self {
            describe,
            ..Self::new(id, Kind::Scenario)
        }
    }

    fn new(id: &str, kind: Kind) -> Self {
        Self {
            id: id.into(),
            kind,
            manifest: String::new(),
            whole_manifest: None,
            imports: String::new(),
            pages: 2,
            items: String::new(),
            describe: "(i32.const 0)".into(),
            outline: "(i32.const 0)".into(),
            work: "(i32.const 0)".into(),
        }
    }

    /// The same under another name.
    pub fn named(mut self, id: &str) -> Self {
        if self.kind == Kind::Scenario {
            self.describe = Self::scenario(id).describe;
        }
        id.clone_into(&mut self.id);
        self
    }

    /// The same as a scenario, which a question calls.
    pub fn into_scenario(self) -> Self {
        let plain = Self::scenario(&self.id);
        Self {
            kind: plain.kind,
            describe: plain.describe,
            ..self
        }
    }

    /// Replaces the body of `lower` or `run`.
    pub fn work(mut self, body: &str) -> Self {
        self.work = body.into();
        self
    }

    /// Adds items of the module.
    pub fn items(mut self, items: &str) -> Self {
        self.items.push_str(items);
        self
    }

    /// Adds an import of the contract.
    pub fn import(mut self, interface: &str, name: &str, signature: &str) -> Self {
        use std::fmt::Write;
        let wat_name = name.replace(['[', ']'], "");
        write!(self.imports, "(import \"codegraph:plugin/{interface}@1.0.0-rc\" \"{name}\" (func ${wat_name} {signature}))").unwrap();
        self
    }

    /// Adds `log`.
    pub fn log(self) -> Self {
        self.import("host", "log", "(param i32 i32 i32)")
    }

    /// Adds lines to the manifest.
    pub fn manifest(mut self, lines: &str) -> Self {
        self.manifest.push_str(lines);
        self.manifest.push('\n');
        self
    }

    fn manifest_text(&self) -> Option<Vec<u8>> {
        if let Some(whole) = &self.whole_manifest {
            return whole.clone();
        }
        let kind = if self.kind == Kind::Importer {
            "importer"
        } else {
            "scenario"
        };
        let id = &self.id;
        // What belongs to no table comes first.
        let text = format!(
            "id = \"{id}\"\nkind = \"{kind}\"\nversion = \"0.1.0\"\napi = \"1.0.0-rc\"\nname = \"{id}\"\n{}",
            self.manifest
        );
        Some(text.into_bytes())
    }

    /// The core module as text.
    fn module(&self) -> String {
        // A borrowed handle must be given back before the call ends.
        let drop = match self.kind {
            Kind::Importer => "",
            Kind::Scenario => {
                r#"(import "codegraph:plugin/answer@1.0.0-rc" "[resource-drop]sink" (func $drop-sink (param i32)))"#
            }
        };
        let Self {
            imports,
            pages,
            items,
            describe,
            outline,
            work,
            id,
            ..
        } = self;
        let exports = match self.kind {
            Kind::Importer => format!(
                r#"(func (export "codegraph:plugin/importer@1.0.0-rc#describe") (result i32) {describe})
                (func (export "codegraph:plugin/importer@1.0.0-rc#outline") (param i32 i32 i32 i32) (result i32) {outline})
                (func (export "codegraph:plugin/importer@1.0.0-rc#lower")
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {work})"#
            ),
            Kind::Scenario => format!(
                r#"(func (export "codegraph:plugin/scenario@1.0.0-rc#describe") (result i32) {describe})
                (func (export "codegraph:plugin/scenario@1.0.0-rc#run")
                    (param $question i32) (param i32) (param i32) (param i32 i32) (param i32 i32) (param $sink i32) (result i32)
                    (local $answer i32)
                    (local.set $answer (block (result i32) {work}))
                    (call $drop-sink (local.get $sink))
                    (local.get $answer))"#
            ),
        };
        format!(
            r#"(module
                {drop} {imports}
                (memory (export "memory") {pages})
                (data (i32.const {ID}) "{id}")
                (global $heap (mut i32) (i32.const {HEAP}))
                (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and
                        (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
                        (i32.sub (i32.const 0) (local.get $align))))
                    (global.set $heap (i32.add (local.get $at) (local.get $new)))
                    (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
                        (then (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get $new) (i32.const 65536)))))))
                    (local.get $at))
                {items}
                {exports})"#
        )
    }

    /// The component.
    pub fn build(&self) -> Vec<u8> {
        let world = if self.kind == Kind::Importer {
            "importer-plugin"
        } else {
            "scenario-plugin"
        };
        let text = self.module();
        let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut component = component_of(module, world);
        if let Some(manifest) = self.manifest_text() {
            append_custom_section(&mut component, "codegraph:manifest", &manifest);
        }
        component
    }
}

/// Makes a core module a component of a world of the contract.
fn component_of(mut module: Vec<u8>, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|root| root.join("plugin-api/wit"))
        .find(|path| path.is_dir());
    let (package, _) = resolve
        .push_dir(wit.expect("the contract is in plugin-api/wit"))
        .expect("the contract is valid");
    let world = resolve
        .select_world(&[package], Some(world))
        .expect("the contract has the world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the module takes the world's type");
    let mut encoder = ComponentEncoder::default();
    encoder
        .validate(true)
        .module(&module)
        .expect("the module fits its world");
    encoder.encode().expect("the component is valid")
}

/// Appends a custom section to a module or component.
pub fn append_custom_section(wasm: &mut Vec<u8>, name: &str, data: &[u8]) {
    let leb = |mut number: usize| {
        let mut bytes = Vec::new();
        loop {
            let byte = (number & 0x7f) as u8;
            number >>= 7;
            if number == 0 {
                bytes.push(byte);
                return bytes;
            }
            bytes.push(byte | 0x80);
        }
    };
    let mut section = leb(name.len());
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(data);
    wasm.push(0);
    wasm.extend(leb(section.len()));
    wasm.extend(section);
}
