//! Where a function should start so that its loops are fetched quickly.
//!
//! The instruction cache gives a line of 64 bytes at a time, and a jump to a block that crosses into the next
//! line waits for both. In a loop of a few instructions that is a third of the time. Cranelift does
//! not align blocks, but a function may start anywhere: of the starts within a line the one is
//! chosen by which the fewest blocks cross, those of inner loops counting for more.

use cranelift_codegen::CompiledCode;

/// What is fetched at a time.
const LINE: u32 = 64;
/// The distance of starts that are considered.
const STEP: u32 = 4;
/// Blocks longer than this take their time anyway.
const LONGEST: u32 = 2 * LINE;
/// How often a loop is taken to go round, for each level of nesting up to one where nothing else counts.
const ROUNDS: u64 = 8;
const DEEPEST: u32 = 6;

/// A short block in a loop, by offsets in the code.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Block {
    start: u32,
    end: u32,
    /// How many loops it lies in.
    depth: u32,
}

/// The best start of `code` in bytes from the start of a line; `None` when there is nothing to gain. `code` must have been
/// compiled with its control flow.
pub(crate) fn choose(code: &CompiledCode) -> Option<u8> {
    let end = code.buffer.data().len() as u32;
    let blocks = blocks_in_loops(&code.bb_starts, &code.bb_edges, end);
    best(&blocks, STEP.max(code.buffer.alignment))
}

/// Of equally good starts the roundest.
fn best(blocks: &[Block], step: u32) -> Option<u8> {
    let cost = |phase: u32| blocks.iter().map(|block| block.cost(phase)).sum::<u64>();
    let starts = || (0..LINE).step_by(step as usize);
    let best =
        starts().min_by_key(|&phase| (cost(phase), LINE - (phase | LINE).trailing_zeros()))?;
    let least = cost(best);
    starts()
        .any(|phase| cost(phase) != least)
        .then_some(best as u8)
}

impl Block {
    /// How many lines too many it touches, weighted by how often and how much of its time that is.
    fn cost(self, phase: u32) -> u64 {
        let len = self.end - self.start;
        let first = (self.start + phase) / LINE;
        let last = (self.end + phase - 1) / LINE;
        let more = last + 1 - first - len.div_ceil(LINE);
        u64::from(more * (LONGEST / len)) * ROUNDS.pow(self.depth.min(DEEPEST))
    }
}

/// The short blocks that lie in loops. A loop is what lies between a jump back and its target: Cranelift keeps loops
/// together.
fn blocks_in_loops(starts: &[u32], edges: &[(u32, u32)], end: u32) -> Vec<Block> {
    let mut loops: Vec<(u32, u32)> = edges
        .iter()
        .filter(|(from, to)| to <= from)
        .map(|&(from, to)| (to, from))
        .collect();
    // Of jumps to one target the farthest counts.
    loops.sort_unstable_by_key(|&(head, last)| (head, std::cmp::Reverse(last)));
    loops.dedup_by_key(|&mut (head, _)| head);
    let mut loops = loops.into_iter().peekable();
    let mut open: Vec<u32> = Vec::new();
    let mut blocks = Vec::new();
    for (index, &start) in starts.iter().enumerate() {
        while let Some((_, last)) = loops.next_if(|&(head, _)| head == start) {
            open.push(last);
        }
        open.retain(|&last| last >= start);
        let end = starts.get(index + 1).copied().unwrap_or(end);
        let depth = open.len() as u32;
        if depth > 0 && end > start && end - start <= LONGEST {
            blocks.push(Block { start, end, depth });
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_depth() {
        // 0 [10 [20] [40 50] 60] 70, and a loop that is one long block.
        let starts = [0, 10, 20, 30, 40, 50, 60, 70, 80];
        let edges = [
            (0, 10),
            (20, 20),
            (20, 30),
            (50, 40),
            (40, 40),
            (60, 10),
            (80, 80),
        ];
        let found = blocks_in_loops(&starts, &edges, 410);
        let depths = [(10, 1), (20, 2), (30, 1), (40, 2), (50, 2), (60, 1)];
        let expected = depths.map(|(start, depth)| Block {
            start,
            end: start + 10,
            depth,
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn blocks_are_moved_off_the_ends_of_lines() {
        let at = |start, end, depth| Block { start, end, depth };
        assert_eq!(best(&[], 4), None);
        assert_eq!(best(&[at(0, 16, 1)], 16), None);
        assert_eq!(best(&[at(0, 16, 1)], 4), Some(0));
        assert_eq!(best(&[at(61, 89, 1)], 16), Some(32));
        assert_eq!(best(&[at(40, 72, 1)], 4), Some(32));
        // The deeper one decides.
        assert_eq!(best(&[at(40, 90, 1), at(0, 60, 2)], 4), Some(0));
        assert_eq!(best(&[at(0, 60, 1), at(40, 72, 2)], 4), Some(32));
    }
}
