//! `callers` and `callees` over calls in memory.

use super::{Call, Cell, Names};

impl Names {
    /// Rows of `callers`.
    pub(super) fn callers(&self, ids: &[i64]) -> Vec<Vec<Cell<'_>>> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut found: Vec<&Call> = ids
            .into_iter()
            .flat_map(|id| self.of(&self.by_target, id, |call| call.dst))
            .collect();
        found.sort_by_key(|call| (self.is_test(call.src), call.src, call.dst));
        found.into_iter().map(|call| self.caller(call)).collect()
    }

    /// Rows of `callees`.
    pub(super) fn callees(&self, method: i64) -> Vec<Vec<Cell<'_>>> {
        let mut found: Vec<&Call> = self
            .of(&self.by_caller, method, |call| call.caller)
            // Calls that no method is around have none; it is no method that could be asked for.
            .filter(|call| call.caller != 0)
            .collect();
        found.sort_by(|a, b| {
            (a.src.cmp(&b.src))
                .then(b.confidence.total_cmp(&a.confidence))
                .then(a.dst.cmp(&b.dst))
        });
        found.into_iter().map(|call| self.callee(call)).collect()
    }

    /// Calls that have an id in an index of them.
    fn of<'n>(
        &'n self,
        index: &'n [u32],
        id: i64,
        key: fn(&Call) -> i64,
    ) -> impl Iterator<Item = &'n Call> + use<'n> {
        let call = |at: &u32| &self.calls[*at as usize];
        let first = index.partition_point(|at| key(call(at)) < id);
        index[first..]
            .iter()
            .map(move |&at| &self.calls[at as usize])
            .take_while(move |call| key(call) == id)
    }

    fn role(&self, node: i64) -> Option<&str> {
        self.file_of(node)
            .and_then(|file| self.texts.get(file.role))
    }

    fn is_test(&self, node: i64) -> bool {
        self.role(node) == Some("test")
    }

    fn caller(&self, call: &Call) -> Vec<Cell<'_>> {
        let path = self
            .file_of(call.src)
            .and_then(|file| self.texts.get(file.path));
        let caller = self.definition(call.caller);
        let text = |id| Cell::Text(self.texts.get(id));
        let of_caller =
            |id: Option<super::TextId>| Cell::Text(id.and_then(|id| self.texts.get(id)));
        vec![
            Cell::Id((call.caller != 0).then_some(call.caller)),
            Cell::Text(Some("METHOD")),
            of_caller(caller.map(|caller| caller.name)),
            of_caller(caller.map(|caller| caller.full_name)),
            of_caller(caller.map(|caller| caller.signature)),
            Cell::Text(path),
            Cell::Int(caller.and_then(|caller| caller.line)),
            Cell::Int(caller.and_then(|caller| caller.line_end)),
            Cell::Truth(false),
            Cell::Truth(self.is_test(call.src)),
            Cell::Text(self.role(call.src)),
            Cell::Id(Some(call.src)),
            Cell::Text(path),
            Cell::Int(call.line),
            text(call.code),
            text(call.resolution),
            Cell::Real(call.confidence.into()),
            Cell::Id(Some(call.dst)),
        ]
    }

    fn callee(&self, call: &Call) -> Vec<Cell<'_>> {
        let path = self
            .file_of(call.src)
            .and_then(|file| self.texts.get(file.path));
        let callee = self.definition(call.dst);
        let text = |id| Cell::Text(self.texts.get(id));
        let of_callee =
            |id: Option<super::TextId>| Cell::Text(id.and_then(|id| self.texts.get(id)));
        let callee_path = callee.and_then(|callee| self.texts.get(callee.path));
        vec![
            Cell::Id(Some(call.dst)),
            of_callee(callee.map(|callee| callee.kind)),
            of_callee(callee.map(|callee| callee.name)),
            of_callee(callee.map(|callee| callee.full_name)),
            of_callee(callee.map(|callee| callee.signature)),
            Cell::Text(callee_path),
            Cell::Int(callee.and_then(|callee| callee.line)),
            Cell::Int(callee.and_then(|callee| callee.line_end)),
            Cell::Truth(callee_path.is_none()),
            Cell::Truth(self.is_test(call.dst)),
            Cell::Text(self.role(call.dst)),
            Cell::Id(Some(call.src)),
            Cell::Text(path),
            Cell::Int(call.line),
            text(call.code),
            text(call.resolution),
            Cell::Real(call.confidence.into()),
        ]
    }
}
