//! The name that was probably meant.

/// The candidate closest to `wanted`, if one is close enough to be what was meant.
pub(crate) fn nearest<'n>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let limit = wanted.chars().count().div_ceil(3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(wanted, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of characters to insert, remove, replace or swap with a neighbour to get from `a` to `b`
/// (optimal string alignment), letter case aside.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_slips_are_found() {
        let names = ["add", "subtract", "multiply", "_start"];
        assert_eq!(nearest("ad", names), Some("add"));
        assert_eq!(nearest("dad", names), Some("add"));
        assert_eq!(nearest("substract", names), Some("subtract"));
        assert_eq!(nearest("MULTIPLY", names), Some("multiply"));
        assert_eq!(nearest("start", names), Some("_start"));
        assert_eq!(nearest("divide", names), None);
    }
}
