//! A syntax tree as one flat array.
//!
//! A tree-sitter tree is walked once, by its cursor and without recursion, into an array in pre-order. A node there is
//! 16 bytes, its children follow it, and it knows where its subtree ends: lowering needs neither cursors nor calls into C.

use std::ops::Range;

use codegraph_sdk::Fault;
use tree_sitter::Parser;

use crate::gaps::Gaps;
use crate::grammar::{Field, Grammar, Kind, Treatment};
use crate::texts::{Text, Texts};

/// A node by its place in the array; 0 is the root.
pub type NodeId = u32;

#[derive(Clone, Copy)]
struct Node<K, F> {
    start: u32,
    end: u32,
    /// Where the subtree ends: the next node that is not inside.
    next: NodeId,
    /// The text's number, for [`Treatment::Name`].
    text: Text,
    kind: K,
    field: F,
}

/// A syntax tree as one flat array, in pre-order.
pub struct Tree<K, F> {
    nodes: Vec<Node<K, F>>,
    /// Comments in the order of the source.
    pub comments: Vec<(u32, u32)>,
    /// What the parser could not read.
    pub gaps: Gaps,
}

impl<K: Kind, F: Field> Tree<K, F> {
    /// Parses a source and keeps what the grammar's treatments say. Names are read from the source as UTF-8; where a name is
    /// none, its text is empty.
    ///
    /// # Errors
    /// [`Fault::Internal`] where the grammar does not fit the parser, [`Fault::InvalidInput`] where the source is too long.
    pub fn parse(grammar: &Grammar<K, F>, source: &[u8], texts: &mut Texts) -> Result<Self, Fault> {
        if u32::try_from(source.len()).is_err() {
            return Err(Fault::InvalidInput("the file is longer than 4 GiB".into()));
        }
        let mut parser = Parser::new();
        parser
            .set_language(&grammar.language)
            .map_err(|error| Fault::Internal(error.to_string()))?;
        let tree = parser
            .parse(source, None)
            .ok_or_else(|| Fault::Internal("the parser gave no tree".into()))?;
        Ok(Self::flatten(grammar, &tree, source, texts))
    }

    fn flatten(
        grammar: &Grammar<K, F>,
        tree: &tree_sitter::Tree,
        source: &[u8],
        texts: &mut Texts,
    ) -> Self {
        let mut nodes: Vec<Node<K, F>> = Vec::with_capacity(source.len() / 5 + 16);
        let mut comments = Vec::new();
        let mut gaps = Gaps::default();
        let mut errors: Vec<NodeId> = Vec::new();
        let mut open: Vec<NodeId> = Vec::with_capacity(64);
        let may_miss = tree.root_node().has_error();
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let (kind, treatment) = grammar.kind(node.kind_id());
            let mut descend = false;
            if may_miss && node.is_missing() {
                let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
                gaps.syntax_error(start, end, || format!("`{}` is missing", node.kind()));
            } else if treatment != Treatment::Drop || open.is_empty() {
                let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
                if treatment == Treatment::Comment {
                    comments.push((start, end));
                } else {
                    let text = match treatment {
                        Treatment::Name => {
                            std::str::from_utf8(&source[start as usize..end as usize])
                                .map_or(Text::EMPTY, |text| texts.intern(text))
                        }
                        _ => Text::EMPTY,
                    };
                    let field = cursor
                        .field_id()
                        .map_or(F::NONE, |id| grammar.fields[usize::from(id.get())]);
                    let here = nodes.len() as NodeId;
                    nodes.push(Node {
                        start,
                        end,
                        next: here + 1,
                        text,
                        kind,
                        field,
                    });
                    if kind == K::ERROR {
                        errors.push(here);
                    }
                    descend = treatment == Treatment::Keep && cursor.goto_first_child();
                    if descend {
                        open.push(here);
                    }
                }
            }
            if descend {
                continue;
            }
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else {
                    let mut tree = Self {
                        nodes,
                        comments,
                        gaps,
                    };
                    for error in errors {
                        tree.report_error(error, source);
                    }
                    return tree;
                };
                nodes[parent as usize].next = nodes.len() as NodeId;
                cursor.goto_parent();
            }
        }
    }

    /// Reports what of an error node was not understood: all but the children that stand alone.
    fn report_error(&mut self, error: NodeId, source: &[u8]) {
        let mut from = self.start(error);
        let end = self.end(error);
        let mut at = error + 1;
        while at < self.after(error) {
            if self.kind(at).stands_alone() {
                let (start, end) = self.span(at);
                self.report_stretch(from, start, source);
                from = end;
            }
            at = self.after(at);
        }
        self.report_stretch(from, end, source);
    }

    /// Reports a stretch, without the white space and comments at its ends, if anything else is in it.
    fn report_stretch(&mut self, mut from: u32, end: u32, source: &[u8]) {
        let mut comment = self.comments.partition_point(|&(_, end)| end <= from);
        while from < end {
            match self.comments.get(comment) {
                Some(&(start, after)) if start <= from => {
                    from = from.max(after);
                    comment += 1;
                }
                _ if source[from as usize].is_ascii_whitespace() => from += 1,
                _ => break,
            }
        }
        if from < end {
            let text = source[from as usize..end as usize].trim_ascii_end();
            let to = from + text.len() as u32;
            self.gaps.syntax_error(from, to, || {
                "the grammar does not know what stands here".into()
            });
        }
    }

    /// Moves all nodes and comments: for a tree of a text that was put together from parts of a file. The map must not change the
    /// order of offsets.
    pub fn move_offsets(&mut self, map: impl Fn(u32) -> u32) {
        for node in &mut self.nodes {
            node.start = map(node.start);
            node.end = map(node.end);
        }
        for (start, end) in &mut self.comments {
            *start = map(*start);
            *end = map(*end);
        }
    }

    /// Number of nodes.
    pub fn len(&self) -> u32 {
        self.nodes.len() as u32
    }

    /// Whether there is no node: never, the root always is.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The kind of a node.
    pub fn kind(&self, node: NodeId) -> K {
        self.nodes[node as usize].kind
    }

    /// Which field of its parent a node is.
    pub fn field_of(&self, node: NodeId) -> F {
        self.nodes[node as usize].field
    }

    /// Byte offset of the first byte.
    pub fn start(&self, node: NodeId) -> u32 {
        self.nodes[node as usize].start
    }

    /// Byte offset after the last byte.
    pub fn end(&self, node: NodeId) -> u32 {
        self.nodes[node as usize].end
    }

    /// Both offsets.
    pub fn span(&self, node: NodeId) -> (u32, u32) {
        (self.start(node), self.end(node))
    }

    /// Both offsets as a range to index the source with.
    pub fn range(&self, node: NodeId) -> Range<usize> {
        self.start(node) as usize..self.end(node) as usize
    }

    /// The interned text of a node whose treatment is [`Treatment::Name`].
    pub fn name(&self, node: NodeId) -> Text {
        self.nodes[node as usize].text
    }

    /// The first node after a subtree.
    pub fn after(&self, node: NodeId) -> NodeId {
        self.nodes[node as usize].next
    }

    /// The children of a node, in order.
    pub fn children(&self, node: NodeId) -> Children<'_, K, F> {
        Children {
            tree: self,
            at: node + 1,
            end: self.after(node),
        }
    }

    /// The first child.
    pub fn first_child(&self, node: NodeId) -> Option<NodeId> {
        (node + 1 < self.after(node)).then_some(node + 1)
    }

    /// The first child with a field.
    pub fn child(&self, node: NodeId, field: F) -> Option<NodeId> {
        self.children(node)
            .find(|&child| self.field_of(child) == field)
    }

    /// The first child of a kind.
    pub fn child_of(&self, node: NodeId, kind: K) -> Option<NodeId> {
        self.children(node).find(|&child| self.kind(child) == kind)
    }

    /// Whether a node has a child of a kind.
    pub fn has(&self, node: NodeId, kind: K) -> bool {
        self.child_of(node, kind).is_some()
    }
}

/// The children of a node.
pub struct Children<'t, K, F> {
    tree: &'t Tree<K, F>,
    at: NodeId,
    end: NodeId,
}

impl<K, F> Iterator for Children<'_, K, F> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let here = self.at;
        self.at = self.tree.nodes[here as usize].next;
        Some(here)
    }
}

#[doc(hidden)]
impl<K, F> Clone for Children<'_, K, F> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}
