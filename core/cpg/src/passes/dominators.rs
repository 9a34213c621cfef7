//! Immediate dominators by the Semi-NCA algorithm.
//!
//! L. Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", PhD thesis, Princeton 2005, chapter 2. The iterative
//! algorithm of Cooper, Harvey and Kennedy (2001) is simpler but takes quadratic time on a long body with one handler
//! (each call has an edge to it), which real programs have.

/// Successor lists of a directed graph: those of node `n` are `targets[offsets[n]..offsets[n + 1]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Graph {
    pub(crate) offsets: Vec<u32>,
    pub(crate) targets: Vec<u32>,
}

impl Graph {
    /// Sorts pairs into lists by their first node; the order of pairs with the same first node is kept.
    pub(crate) fn new(nodes: usize, edges: &[(u32, u32)]) -> Self {
        let mut offsets = vec![0_u32; nodes + 1];
        for &(from, _) in edges {
            offsets[from as usize + 1] += 1;
        }
        for node in 0..nodes {
            offsets[node + 1] += offsets[node];
        }
        let mut at = offsets.clone();
        let mut targets = vec![0; edges.len()];
        for &(from, to) in edges {
            let place = &mut at[from as usize];
            targets[*place as usize] = to;
            *place += 1;
        }
        Self { offsets, targets }
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Successors of a node.
    pub(crate) fn of(&self, node: u32) -> &[u32] {
        &self.targets
            [self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize]
    }

    /// The graph with all edges turned round.
    pub(crate) fn reversed(&self) -> Self {
        let mut edges = Vec::with_capacity(self.targets.len());
        for node in 0..self.len() as u32 {
            edges.extend(self.of(node).iter().map(|&target| (target, node)));
        }
        Self::new(self.len(), &edges)
    }
}

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

/// By node: its immediate dominator on the paths from `entry`; [`NONE`] for the entry and for what it does not reach.
/// None at all when the work exceeds `steps`.
pub(crate) fn immediate(
    successors: &Graph,
    predecessors: &Graph,
    entry: u32,
    steps: u64,
) -> Option<Vec<u32>> {
    let nodes = successors.len();
    let (order, number, parent) = depth_first(successors, entry);
    let reached = order.len();
    // From here on nodes go by their depth-first numbers.
    let mut semi: Vec<u32> = (0..reached as u32).collect();
    let mut label: Vec<u32> = (0..reached as u32).collect();
    let mut ancestor = parent.clone();
    let mut path = Vec::new();
    let mut left = steps;
    for w in (1..reached as u32).rev() {
        let preds = predecessors.of(order[w as usize]);
        left = left.checked_sub(preds.len() as u64 + 1)?;
        let mut best = w;
        for &pred in preds {
            let v = number[pred as usize];
            if v == NONE {
                continue;
            }
            left = left.checked_sub(compress(v, w, &mut ancestor, &mut label, &semi, &mut path))?;
            best = best.min(semi[label[v as usize] as usize]);
        }
        semi[w as usize] = best;
        label[w as usize] = w;
    }
    let mut idom = parent;
    for w in 1..reached {
        while idom[w] > semi[w] {
            left = left.checked_sub(1)?;
            idom[w] = idom[idom[w] as usize];
        }
    }
    let mut result = vec![NONE; nodes];
    for w in 1..reached {
        result[order[w] as usize] = order[idom[w] as usize];
    }
    Some(result)
}

/// Nodes in depth-first order, the number of each node in it, and the numbers of tree parents.
fn depth_first(successors: &Graph, entry: u32) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let mut number = vec![NONE; successors.len()];
    let mut order = Vec::new();
    let mut parent = Vec::new();
    let mut stack = vec![(entry, 0_u32)];
    while let Some((node, from)) = stack.pop() {
        if number[node as usize] != NONE {
            continue;
        }
        let own = order.len() as u32;
        number[node as usize] = own;
        order.push(node);
        parent.push(from);
        for &next in successors.of(node).iter().rev() {
            if number[next as usize] == NONE {
                stack.push((next, own));
            }
        }
    }
    (order, number, parent)
}

/// Shortens the path from `v` up to the nodes that are already linked (numbers above `last`), keeping the least semidominator. Gives the steps taken.
fn compress(
    v: u32,
    last: u32,
    ancestor: &mut [u32],
    label: &mut [u32],
    semi: &[u32],
    path: &mut Vec<u32>,
) -> u64 {
    // A node is linked once it has been processed: its number is above `last`.
    if v <= last {
        return 1;
    }
    path.clear();
    let mut at = v;
    while ancestor[at as usize] > last {
        path.push(at);
        at = ancestor[at as usize];
    }
    let steps = path.len() as u64 + 1;
    while let Some(node) = path.pop() {
        let up = ancestor[node as usize];
        if semi[label[up as usize] as usize] < semi[label[node as usize] as usize] {
            label[node as usize] = label[up as usize];
        }
        ancestor[node as usize] = ancestor[up as usize];
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::{Graph, NONE, immediate};

    /// Dominators by definition: `d` dominates `n` where `n` cannot be reached without `d`.
    fn naive(graph: &Graph, entry: u32) -> Vec<u32> {
        let nodes = graph.len();
        let reach = |without: u32| {
            let mut seen = vec![false; nodes];
            let mut stack = if entry == without {
                vec![]
            } else {
                vec![entry]
            };
            while let Some(node) = stack.pop() {
                if std::mem::replace(&mut seen[node as usize], true) {
                    continue;
                }
                stack.extend(graph.of(node).iter().filter(|&&next| next != without));
            }
            seen
        };
        let all = reach(NONE);
        let without: Vec<Vec<bool>> = (0..nodes as u32).map(reach).collect();
        let dominates = |d: usize, n: usize| all[n] && (d == n || !without[d][n]);
        (0..nodes)
            .map(|n| {
                let strict: Vec<usize> = (0..nodes)
                    .filter(|&d| d != n && all[d] && dominates(d, n))
                    .collect();
                let nearest = strict
                    .iter()
                    .find(|&&d| strict.iter().all(|&other| dominates(other, d)));
                nearest.map_or(NONE, |&d| d as u32)
            })
            .collect()
    }

    /// Knuth's linear congruential generator: the same graphs on every machine.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> u32 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 33) % bound as u64) as u32
        }
    }

    #[test]
    fn agrees_with_the_definition_on_random_graphs() {
        for seed in 0..600 {
            let mut random = Random(seed);
            let nodes = 1 + random.below(24) as usize;
            let count = random.below(nodes * 3 + 1);
            let edges: Vec<(u32, u32)> = (0..count)
                .map(|_| (random.below(nodes), random.below(nodes)))
                .collect();
            let graph = Graph::new(nodes, &edges);
            let found = immediate(&graph, &graph.reversed(), 0, u64::MAX);
            assert_eq!(found, Some(naive(&graph, 0)), "seed {seed}: {edges:?}");
        }
    }

    #[test]
    fn a_long_body_with_one_handler_takes_linear_work() {
        let body = 200_000;
        let handler = body;
        let mut edges: Vec<(u32, u32)> = (0..body - 1).map(|node| (node, node + 1)).collect();
        edges.extend((0..body).map(|node| (node, handler)));
        let graph = Graph::new(body as usize + 1, &edges);
        let idom = immediate(&graph, &graph.reversed(), 0, 20 * u64::from(body))
            .expect("within the budget");
        assert_eq!(idom[handler as usize], 0);
    }

    #[test]
    fn an_exceeded_budget_gives_nothing() {
        let graph = Graph::new(3, &[(0, 1), (1, 2)]);
        assert_eq!(immediate(&graph, &graph.reversed(), 0, 1), None);
    }
}
