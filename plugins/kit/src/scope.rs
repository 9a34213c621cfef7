//! Scope trees: which declaration a name means.
//!
//! The tree knows three things of a scope: its parent, what kind it is, and what is bound in it. Hoisting is the importer's
//! policy: it decides in which scope it binds a name, before anything is looked up.

use codegraph_sdk::importer::NodeFlags;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::rows::RowId;
use crate::texts::Text;

/// What a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A file.
    Module,
    /// A class: its names are seen in it, but not in functions inside it.
    Class,
    /// A class whose functions see its names.
    Type,
    /// A function: what is inside runs later and captures.
    Function,
    /// A block that binds names of its own.
    Block,
    /// A comprehension.
    Comprehension,
    /// Parameters of types and what refers to them; a class around it is seen through it.
    Annotation,
}

/// A scope by its number; 0 is the file's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

/// A binding by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BindingId(u32);

/// A name that is bound in a scope.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The name.
    pub name: Text,
    /// Where it is bound first.
    pub span: (u32, u32),
    /// Properties of the declaration.
    pub flags: NodeFlags,
    /// A parameter: its row is not a local's.
    pub is_parameter: bool,
    /// Node of its declared type, where the importer keeps one; 0 for none.
    pub type_node: u32,
    /// Row of the declaration, 0 as long as it was not added.
    pub row: RowId,
    /// Scope that binds it.
    pub scope: ScopeId,
}

/// Where a name that a scope disclaims is to be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// In the file's scope.
    Global,
    /// In the enclosing functions.
    Enclosing,
}

struct Scope {
    kind: ScopeKind,
    parent: ScopeId,
    bindings: Vec<BindingId>,
    captures: Vec<BindingId>,
}

/// The scopes of a file.
pub struct Scopes {
    scopes: Vec<Scope>,
    bindings: Vec<Binding>,
    index: FxHashMap<(ScopeId, Text), BindingId>,
    elsewhere: FxHashMap<(ScopeId, Text), Elsewhere>,
    captured: FxHashSet<(ScopeId, BindingId)>,
}

impl Default for Scopes {
    fn default() -> Self {
        let module = Scope {
            kind: ScopeKind::Module,
            parent: Self::MODULE,
            bindings: Vec::new(),
            captures: Vec::new(),
        };
        Self {
            scopes: vec![module],
            bindings: Vec::new(),
            index: FxHashMap::default(),
            elsewhere: FxHashMap::default(),
            captured: FxHashSet::default(),
        }
    }
}

impl Scopes {
    /// The file's scope.
    pub const MODULE: ScopeId = ScopeId(0);

    /// Opens a scope inside another.
    pub fn open(&mut self, kind: ScopeKind, parent: ScopeId) -> ScopeId {
        self.scopes.push(Scope {
            kind,
            parent,
            bindings: Vec::new(),
            captures: Vec::new(),
        });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// The kind of a scope.
    pub fn kind(&self, scope: ScopeId) -> ScopeKind {
        self.scopes[scope.0 as usize].kind
    }

    /// The scope around a scope; the file's for the file's own.
    pub fn parent(&self, scope: ScopeId) -> ScopeId {
        self.scopes[scope.0 as usize].parent
    }

    /// The nearest scope, the given one among them, of which `wanted` holds; the file's where there is none.
    pub fn nearest(&self, mut scope: ScopeId, wanted: impl Fn(ScopeKind) -> bool) -> ScopeId {
        while scope != Self::MODULE && !wanted(self.kind(scope)) {
            scope = self.parent(scope);
        }
        scope
    }

    /// Binds a name in a scope, or adds properties to its binding there. A name that the scope disclaimed is bound where it
    /// belongs, if that is the file's scope, and otherwise nowhere: what encloses the scope binds it.
    pub fn bind(
        &mut self,
        scope: ScopeId,
        name: Text,
        span: (u32, u32),
        flags: NodeFlags,
    ) -> Option<BindingId> {
        let scope = match self.elsewhere.get(&(scope, name)) {
            None => scope,
            Some(Elsewhere::Global) => Self::MODULE,
            Some(Elsewhere::Enclosing) => return None,
        };
        let fresh = BindingId(self.bindings.len() as u32);
        let binding = *self.index.entry((scope, name)).or_insert(fresh);
        if binding == fresh {
            self.bindings.push(Binding {
                name,
                span,
                flags,
                is_parameter: false,
                type_node: 0,
                row: 0,
                scope,
            });
            self.scopes[scope.0 as usize].bindings.push(binding);
        } else {
            self.bindings[binding.0 as usize].flags |= flags;
        }
        Some(binding)
    }

    /// Says that a name in a scope is bound elsewhere (`global`, `nonlocal`).
    pub fn disclaim(&mut self, scope: ScopeId, name: Text, elsewhere: Elsewhere) {
        self.elsewhere.insert((scope, name), elsewhere);
    }

    /// The binding that a name means in a scope. A function that reaches for a variable of an enclosing one captures it.
    pub fn resolve(&mut self, scope: ScopeId, name: Text) -> Option<BindingId> {
        let mut at = scope;
        // Through annotation scopes a class is still seen; through anything else it is not.
        let mut sees_class = true;
        let mut left_function = false;
        let mut enclosing_only = false;
        let found = loop {
            match self.elsewhere.get(&(at, name)) {
                Some(Elsewhere::Global) => break self.index.get(&(Self::MODULE, name)).copied()?,
                Some(Elsewhere::Enclosing) => enclosing_only = true,
                None => {
                    let kind = self.kind(at);
                    let hidden = (kind == ScopeKind::Class && !sees_class)
                        || (enclosing_only && matches!(kind, ScopeKind::Class | ScopeKind::Module));
                    if !hidden && let Some(&binding) = self.index.get(&(at, name)) {
                        break binding;
                    }
                }
            }
            if at == Self::MODULE {
                return None;
            }
            let kind = self.kind(at);
            sees_class &= kind == ScopeKind::Annotation;
            left_function |= kind == ScopeKind::Function;
            at = self.parent(at);
        };
        let owner = self.bindings[found.0 as usize].scope;
        if left_function && !matches!(self.kind(owner), ScopeKind::Module | ScopeKind::Type) {
            self.capture(scope, owner, found);
        }
        Some(found)
    }

    fn capture(&mut self, from: ScopeId, owner: ScopeId, binding: BindingId) {
        let mut at = from;
        while at != owner && at != Self::MODULE {
            if self.kind(at) == ScopeKind::Function && self.captured.insert((at, binding)) {
                self.scopes[at.0 as usize].captures.push(binding);
            }
            at = self.parent(at);
        }
    }

    /// The binding of a name in just this scope.
    pub fn own(&self, scope: ScopeId, name: Text) -> Option<BindingId> {
        self.index.get(&(scope, name)).copied()
    }

    /// What a scope binds, in the order in which it was bound.
    pub fn bindings(&self, scope: ScopeId) -> &[BindingId] {
        &self.scopes[scope.0 as usize].bindings
    }

    /// What a function took from enclosing ones so far, in order.
    pub fn captures(&self, scope: ScopeId) -> &[BindingId] {
        &self.scopes[scope.0 as usize].captures
    }

    /// A binding.
    pub fn binding(&self, binding: BindingId) -> &Binding {
        &self.bindings[binding.0 as usize]
    }

    /// A binding, to be changed.
    pub fn binding_mut(&mut self, binding: BindingId) -> &mut Binding {
        &mut self.bindings[binding.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Texts;

    const NOWHERE: (u32, u32) = (0, 0);

    struct Fixture {
        scopes: Scopes,
        x: Text,
    }

    fn fixture() -> Fixture {
        Fixture {
            scopes: Scopes::default(),
            x: Texts::default().intern("x"),
        }
    }

    #[test]
    fn a_method_does_not_see_the_names_of_its_class() {
        let Fixture { mut scopes, x } = fixture();
        let global = scopes.bind(Scopes::MODULE, x, NOWHERE, NodeFlags::empty());
        let class = scopes.open(ScopeKind::Class, Scopes::MODULE);
        let member = scopes.bind(class, x, NOWHERE, NodeFlags::empty());
        let method = scopes.open(ScopeKind::Function, class);
        assert_eq!(scopes.resolve(method, x), global);
        assert_eq!(scopes.resolve(class, x), member);
        let annotation = scopes.open(ScopeKind::Annotation, class);
        assert_eq!(scopes.resolve(annotation, x), member);
        let inside = scopes.open(ScopeKind::Function, annotation);
        assert_eq!(scopes.resolve(inside, x), global);
    }

    #[test]
    fn every_function_on_the_way_captures() {
        let Fixture { mut scopes, x } = fixture();
        let outer = scopes.open(ScopeKind::Function, Scopes::MODULE);
        let bound = scopes.bind(outer, x, NOWHERE, NodeFlags::empty()).unwrap();
        let middle = scopes.open(ScopeKind::Function, outer);
        let inner = scopes.open(ScopeKind::Function, middle);
        assert_eq!(scopes.resolve(inner, x), Some(bound));
        assert_eq!(scopes.captures(inner), [bound]);
        assert_eq!(scopes.captures(middle), [bound]);
        assert!(scopes.captures(outer).is_empty());
        scopes.resolve(outer, x);
        assert!(scopes.captures(outer).is_empty());
    }

    #[test]
    fn a_global_is_bound_in_the_file() {
        let Fixture { mut scopes, x } = fixture();
        let outer = scopes.open(ScopeKind::Function, Scopes::MODULE);
        scopes.bind(outer, x, NOWHERE, NodeFlags::empty());
        let inner = scopes.open(ScopeKind::Function, outer);
        scopes.disclaim(inner, x, Elsewhere::Global);
        let bound = scopes.bind(inner, x, NOWHERE, NodeFlags::empty()).unwrap();
        assert_eq!(scopes.binding(bound).scope, Scopes::MODULE);
        assert_eq!(scopes.resolve(inner, x), Some(bound));
        assert!(scopes.captures(inner).is_empty());
    }

    #[test]
    fn a_nonlocal_is_the_enclosing_functions_and_never_the_files() {
        let Fixture { mut scopes, x } = fixture();
        scopes.bind(Scopes::MODULE, x, NOWHERE, NodeFlags::empty());
        let outer = scopes.open(ScopeKind::Function, Scopes::MODULE);
        let inner = scopes.open(ScopeKind::Function, outer);
        scopes.disclaim(inner, x, Elsewhere::Enclosing);
        assert_eq!(scopes.bind(inner, x, NOWHERE, NodeFlags::empty()), None);
        assert_eq!(scopes.resolve(inner, x), None);
        let bound = scopes.bind(outer, x, NOWHERE, NodeFlags::empty());
        assert_eq!(scopes.resolve(inner, x), bound);
    }
}
