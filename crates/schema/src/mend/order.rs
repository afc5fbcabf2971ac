//! An order in which each object comes after what it needs.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ObjectKey;

/// Sorts by rank, and pulls forward what others need.
pub(super) fn sorted<'a>(
    keys: impl IntoIterator<Item = (u32, &'a ObjectKey)>,
    needs: impl Fn(&ObjectKey) -> Vec<ObjectKey>,
) -> Vec<&'a ObjectKey> {
    let ranked: BTreeMap<(u32, &ObjectKey), ()> = keys.into_iter().map(|key| (key, ())).collect();
    let known: HashMap<&ObjectKey, u32> = ranked.keys().map(|(rank, key)| (*key, *rank)).collect();
    let mut visit = Visit {
        known,
        needs: &needs,
        seen: HashSet::new(),
        sorted: Vec::new(),
    };
    for (_, key) in ranked.keys() {
        visit.visit(key);
    }
    visit.sorted
}

struct Visit<'a, 'b> {
    known: HashMap<&'a ObjectKey, u32>,
    needs: &'b dyn Fn(&ObjectKey) -> Vec<ObjectKey>,
    seen: HashSet<&'a ObjectKey>,
    sorted: Vec<&'a ObjectKey>,
}

impl<'a> Visit<'a, '_> {
    /// Without recursion: a chain of views may be long. What needs itself in a circle comes in the order in which it is met.
    fn visit(&mut self, key: &'a ObjectKey) {
        let mut path = vec![(key, false)];
        while let Some((key, done)) = path.pop() {
            if done {
                self.sorted.push(key);
                continue;
            }
            if !self.seen.insert(key) {
                continue;
            }
            path.push((key, true));
            let mut needed: Vec<(u32, &'a ObjectKey)> = (self.needs)(key)
                .iter()
                .filter_map(|needed| self.known.get_key_value(needed))
                .map(|(needed, rank)| (*rank, *needed))
                .filter(|(_, needed)| !self.seen.contains(needed))
                .collect();
            needed.sort_unstable();
            path.extend(needed.into_iter().rev().map(|(_, needed)| (needed, false)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first() {
        let keys: Vec<ObjectKey> = ["a", "b", "c", "d"]
            .iter()
            .map(|name| ObjectKey::new("view", *name))
            .collect();
        let needs = |key: &ObjectKey| match key.name.as_str() {
            "a" => vec![keys[2].clone()],
            "c" => vec![keys[3].clone(), ObjectKey::new("view", "elsewhere")],
            "d" => vec![keys[0].clone()],
            _ => Vec::new(),
        };
        let ranks = [0, 1, 2, 3];
        let order = sorted(ranks.into_iter().zip(&keys), needs);
        let names: Vec<&str> = order.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(names, ["d", "c", "a", "b"]);
    }
}
