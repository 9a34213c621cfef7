//! How sure each way of finding a callee is.

use crate::passes::Resolution;

/// Stated confidence: the precision of a tier. These are measured figures: whoever measures on the truth sets writes the result here.
const CONFIDENCE: [(Resolution, f32); 6] = [
    (Resolution::Exact, 0.99),
    (Resolution::Import, 0.96),
    (Resolution::Type, 0.91),
    (Resolution::Hierarchy, 0.75),
    (Resolution::TypeHint, 0.85),
    (Resolution::NameOnly, 0.40),
];

/// Confidence of a tier.
pub(super) fn confidence(tier: Resolution) -> f32 {
    CONFIDENCE[tier as usize].1
}

#[cfg(test)]
mod tests {
    use super::{CONFIDENCE, Resolution};

    #[test]
    fn each_tier_stands_at_its_own_number() {
        let tiers = [
            Resolution::Exact,
            Resolution::Import,
            Resolution::Type,
            Resolution::Hierarchy,
            Resolution::TypeHint,
            Resolution::NameOnly,
        ];
        for (at, tier) in tiers.into_iter().enumerate() {
            assert_eq!((tier as usize, CONFIDENCE[at].0), (at, tier));
        }
    }
}
