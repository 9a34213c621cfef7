//! Imports: what a name is bound to, with relative modules made absolute.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeFlags, NodeKind};

use super::Lower;
use crate::grammar::{Field, Kind};

impl<O: Output> Lower<'_, O> {
    /// Adds a row for each name of an import statement.
    pub(super) fn import(&mut self, node: NodeId, block: RowId) {
        let from = match self.tree.kind(node) {
            Kind::ImportFrom => {
                let module = self.tree.child(node, Field::ModuleName);
                Some(module.map_or(Text::EMPTY, |module| self.module_of(module, node)))
            }
            Kind::FutureImport => Some(self.w.texts.intern("__future__")),
            _ => None,
        };
        let tree = self.tree;
        let items = || {
            tree.children(node).filter(|&child| {
                tree.field_of(child) == Field::Name || tree.kind(child) == Kind::WildcardImport
            })
        };
        let single = items().count() == 1;
        for item in items() {
            let span = self.tree.span(if single { node } else { item });
            match from {
                Some(module) => self.import_member(item, module, span, block),
                None => self.import_module(item, span, block),
            }
        }
    }

    /// `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
    fn import_module(&mut self, item: NodeId, span: (u32, u32), block: RowId) {
        let tree = self.tree;
        if tree.kind(item) == Kind::AliasedImport {
            let (Some(name), Some(alias)) = (
                tree.child(item, Field::Name),
                tree.child(item, Field::Alias),
            ) else {
                return;
            };
            let bound = tree.name(alias);
            let first = tree
                .first_child(name)
                .map_or(Text::EMPTY, |part| tree.name(part));
            let module = self.dotted(name);
            let spelled = self.w.texts.get(module).to_owned();
            // `import a.b as a` would read like `import a.b`: it is said as `from a import b as a`.
            match spelled.rsplit_once('.') {
                Some((package, member)) if first == bound => {
                    let (package, member) =
                        (self.w.texts.intern(package), self.w.texts.intern(member));
                    self.import_row(bound, package, member, span, block);
                }
                _ => self.import_row(bound, module, Text::EMPTY, span, block),
            }
        } else if let Some(first) = tree.first_child(item) {
            let module = self.dotted(item);
            self.import_row(tree.name(first), module, Text::EMPTY, span, block);
        }
    }

    fn import_member(&mut self, item: NodeId, module: Text, span: (u32, u32), block: RowId) {
        let tree = self.tree;
        if tree.kind(item) == Kind::WildcardImport {
            let star = self.w.texts.intern("*");
            self.import_row(star, module, star, span, block);
            return;
        }
        let name = tree.child(item, Field::Name).unwrap_or(item);
        let member = self.dotted(name);
        let bound = tree
            .child(item, Field::Alias)
            .map_or(member, |alias| tree.name(alias));
        self.import_row(bound, module, member, span, block);
    }

    fn import_row(
        &mut self,
        bound: Text,
        module: Text,
        member: Text,
        span: (u32, u32),
        block: RowId,
    ) {
        let mut row = self
            .w
            .at(NodeKind::Import, Place::statement(block), span, bound);
        row.detail = module;
        row.type_text = member;
        row.flags.set(NodeFlags::TYPE_ONLY, self.type_only);
        let import = self.w.push(row);
        if let Some(local) = self.declaration(bound) {
            self.w.refer(import, local);
        }
    }

    /// The module of a `from`, absolute where the file's own module is known.
    fn module_of(&mut self, node: NodeId, statement: NodeId) -> Text {
        if self.tree.kind(node) != Kind::RelativeImport {
            return self.dotted(node);
        }
        let dots = self
            .tree
            .child_of(node, Kind::ImportPrefix)
            .map_or(0, |prefix| {
                self.code(prefix)
                    .bytes()
                    .filter(|&byte| byte == b'.')
                    .count()
            });
        let rest = match self.tree.child_of(node, Kind::DottedName) {
            Some(name) => {
                let name = self.dotted(name);
                self.w.texts.get(name).to_owned()
            }
            None => String::new(),
        };
        let module = if let Some(package) = above(&self.package, dots.saturating_sub(1)) {
            let separator = if rest.is_empty() { "" } else { "." };
            format!("{package}{separator}{rest}")
        } else {
            let (start, end) = self.tree.span(statement);
            let why = "the import leaves the packages that the file is known to be in";
            self.w.gap(start, end, "relative_import", why);
            format!("{}{rest}", ".".repeat(dots))
        };
        self.w.texts.intern(&module)
    }

    /// A dotted name without the white space that may stand in it.
    pub(super) fn dotted(&mut self, node: NodeId) -> Text {
        let tree = self.tree;
        let mut parts = tree.children(node);
        let first = parts.next().map_or(Text::EMPTY, |part| tree.name(part));
        let mut more = parts.peekable();
        if more.peek().is_none() {
            return first;
        }
        self.scratch.clear();
        self.scratch.push_str(self.w.texts.get(first));
        for part in more {
            self.scratch.push('.');
            self.scratch.push_str(self.w.texts.get(tree.name(part)));
        }
        self.w.texts.intern(&self.scratch)
    }
}

/// The package so many levels above another; none where there is none.
fn above(package: &str, levels: usize) -> Option<&str> {
    let mut package = Some(package).filter(|package| !package.is_empty())?;
    for _ in 0..levels {
        package = package.rsplit_once('.')?.0;
    }
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn packages_above() {
        assert_eq!(above("a.b.c", 0), Some("a.b.c"));
        assert_eq!(above("a.b.c", 2), Some("a"));
        assert_eq!(above("a.b.c", 3), None);
        assert_eq!(above("", 0), None);
    }
}
