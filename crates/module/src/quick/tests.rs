//! Every instruction with every combination of operands, quick against full.

use super::{Scratch, Tables, proves};
use crate::bodies::{Context, Worker};
use crate::decode::read_sections;
use crate::facts::BodyFacts;
use crate::sections::Sections;
use crate::{Features, FuncIndex};

/// Something to refer to with every index 0, and a function of two values.
const MODULE: &str = r#"(module
    (type (func)) (type (func (param i32 f64) (result i64 f32))) (tag (param f32))
    (table 1 funcref) (memory 1) (global (mut f64) (f64.const 0))
    (func (type 0) (local i32 i64 f32 f64 v128 funcref externref exnref)) (func (type 1) unreachable)
    (type (func (result f32 exnref))))"#;

/// Declarations of one local of each type, by which results are told.
const LOCALS: &[u8] = &[
    8, 1, 0x7f, 1, 0x7e, 1, 0x7d, 1, 0x7c, 1, 0x7b, 1, 0x70, 1, 0x6f, 1, 0x69,
];

struct Both {
    context: Context,
    tables: Tables,
    worker: Worker,
    scratch: Scratch,
}

impl Both {
    fn new() -> Self {
        let bytes = wat::parse_str(MODULE).unwrap();
        let mut sections = Sections::new(&Features::all());
        read_sections(&bytes, &mut sections, |_| {}).unwrap();
        let tables = sections.quick_tables().unwrap();
        let context = Context::of(&sections).unwrap();
        Self {
            context,
            tables,
            worker: Worker::default(),
            scratch: Scratch::default(),
        }
    }

    fn quick(&mut self, code: &[u8]) -> bool {
        proves(
            &self.tables,
            0,
            code,
            &mut self.scratch,
            &mut BodyFacts::default(),
        )
    }

    /// What the full validator says, and that the quick proof never says more.
    fn full(&mut self, code: &[u8]) -> bool {
        let full = self
            .worker
            .body(&self.context, FuncIndex(0), code, 0)
            .is_ok();
        assert!(
            full || !self.quick(code),
            "proved, but not valid: {code:02x?}"
        );
        full
    }
}

/// The code that puts a value of each type on the stack.
const VALUES: [&[u8]; 8] = [
    &[0x20, 0],
    &[0x20, 1],
    &[0x20, 2],
    &[0x20, 3],
    &[0x20, 4],
    &[0x20, 5],
    &[0x20, 6],
    &[0x20, 7],
];

/// Every sequence of up to three values, as code, first from nothing and then in unreachable code.
fn operands() -> Vec<Vec<u8>> {
    let mut all = vec![vec![], vec![0x00]];
    let mut last = all.clone();
    for _ in 0..3 {
        let longer = |code: &Vec<u8>| VALUES.map(|value| [code, value].concat());
        last = last.iter().flat_map(longer).collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn opcodes() -> Vec<Vec<u8>> {
    let prefixed = |prefix: u8, range: std::ops::Range<u16>| {
        range.map(move |code| vec![prefix, (code & 0x7f) as u8 | 0x80, (code >> 7) as u8])
    };
    let plain = (0..=0xfau8).map(|code| vec![code]);
    plain
        .chain(prefixed(0xfb, 0..32))
        .chain(prefixed(0xfc, 0..32))
        .chain(prefixed(0xfd, 0..0x120))
        .chain(prefixed(0xfe, 0..0x60))
        .collect()
}

fn body(parts: &[&[u8]]) -> Vec<u8> {
    [&[LOCALS], parts, &[&[0x0b]]].concat().concat()
}

/// Immediates that suit some instruction; what is too long is `unreachable` after it.
fn immediates() -> Vec<Vec<u8>> {
    let zeros = |count| vec![0u8; count];
    let mut all: Vec<Vec<u8>> = [18, 0, 1, 2, 3, 4, 8, 16].map(zeros).into();
    all.extend((1..5).map(|alignment| vec![alignment, 0, 0]));
    all.extend([0x40, 0x7f, 0x70].map(|block| vec![block, 0x0b]));
    all.push(vec![1, 0x7f]);
    all.push(vec![1, 0]);
    all.push(vec![2, 0]);
    all.push(vec![15, 15, 15, 15]);
    // Of `try_table`: no clause, and each kind of one.
    all.push(vec![0x40, 0, 0x0b]);
    all.extend([0, 1].map(|kind| vec![0x40, 1, kind, 0, 0, 0x0b]));
    all.extend([2, 3].map(|kind| vec![0x40, 1, kind, 0, 0x0b]));
    all
}

#[test]
fn no_instruction_is_proved_with_wrong_operands_or_results() {
    let mut both = Both::new();
    let (operands, immediates) = (operands(), immediates());
    for opcode in opcodes() {
        for operands in &operands {
            // Three operands come with no or few immediates, and are many.
            let immediates = if operands.len() < 6 {
                &immediates
            } else {
                &immediates[..3]
            };
            for immediate in immediates {
                let end = [0x00];
                let code = body(&[operands, &opcode, immediate, &end]);
                if !both.quick(&code) {
                    continue;
                }
                assert!(both.full(&code), "proved, but not valid: {code:02x?}");
                both.full(&body(&[operands, &opcode, immediate]));
                for local in 0..8 {
                    both.full(&body(&[operands, &opcode, immediate, &[0x21, local]]));
                    both.full(&body(&[
                        operands,
                        &opcode,
                        immediate,
                        &[0x21, local, 0x21, local],
                    ]));
                }
            }
        }
    }
}

/// What compilers emit is not left to the full validator.
#[test]
fn common_instructions_are_proved() {
    let mut both = Both::new();
    let common = |opcode: &[u8]| match *opcode {
        [0x00..=0x05 | 0x08 | 0x0a..=0x11 | 0x1a..=0x24 | 0x28..=0x40] => true,
        [code] => (0x41..=0xc4).contains(&code),
        [0xfc, code, _] => (0x80..=0x87).contains(&code) || code == 0x8a || code == 0x8b,
        [0xfd | 0xfe, ..] => true,
        _ => false,
    };
    for opcode in opcodes().iter().filter(|opcode| common(opcode)) {
        for operands in &operands() {
            let code = body(&[operands, opcode, &[0; 18]]);
            if both.full(&code) {
                assert!(both.quick(&code), "valid, but not proved: {code:02x?}");
            }
        }
    }
}

/// What control flow is made of. The second number is how many more `end`s it needs.
const CONTROL: [(&[u8], i32); 50] = [
    (&[0x00], 0),
    (&[0x02, 0x40], 1),
    (&[0x02, 0x7f], 1),
    (&[0x02, 0x01], 1),
    (&[0x03, 0x40], 1),
    (&[0x03, 0x7e], 1),
    (&[0x03, 0x01], 1),
    (&[0x04, 0x40], 1),
    (&[0x04, 0x7f], 1),
    (&[0x04, 0x01], 1),
    (&[0x05], 0),
    (&[0x06, 0x40], 1),
    (&[0x06, 0x7d], 1),
    (&[0x07, 0], 0),
    (&[0x08, 0], 0),
    (&[0x09, 0], 0),
    (&[0x09, 1], 0),
    (&[0x0b], -1),
    (&[0x0c, 0], 0),
    (&[0x0c, 1], 0),
    (&[0x0d, 0], 0),
    (&[0x0d, 1], 0),
    (&[0x0e, 1, 0, 1], 0),
    (&[0x0e, 1, 1, 2], 0),
    (&[0x0f], 0),
    (&[0x10, 1], 0),
    (&[0x11, 1, 0], 0),
    (&[0x18, 0], -1),
    (&[0x19], 0),
    (&[0x1a], 0),
    (&[0x1b], 0),
    (&[0x02, 0x69], 1),
    (&[0x02, 0x02], 1),
    (&[0x02, 0x7d], 1),
    (&[0x0a], 0),
    (&[0x1f, 0x40, 0], 1),
    (&[0x1f, 0x7f, 0], 1),
    (&[0x1f, 0x01, 0], 1),
    (&[0x1f, 0x40, 1, 0, 0, 0], 1),
    (&[0x1f, 0x40, 1, 1, 0, 0], 1),
    (&[0x1f, 0x40, 1, 2, 0], 1),
    (&[0x1f, 0x40, 1, 3, 0], 1),
    (&[0x1f, 0x40, 2, 0, 0, 1, 3, 0], 1),
    (&[0x1f, 0x69, 1, 1, 0, 1], 1),
    (&[0x1f, 0x40, 1, 4, 0], 1),
    (&[0x20, 7], 0),
    (&[0xd0, 0x69], 0),
    (&[0x20, 0], 0),
    (&[0x20, 2], 0),
    (&[0x20, 3], 0),
];

#[test]
fn no_random_control_flow_is_proved_that_is_not_valid() {
    let mut both = Both::new();
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    let mut proved = 0;
    for _ in 0..400_000 {
        let mut code = LOCALS.to_vec();
        let mut open = 1;
        for _ in 0..1 + random(9) {
            let (part, opens) = CONTROL[random(CONTROL.len())];
            code.extend(part);
            open += opens;
        }
        code.extend(std::iter::repeat_n(
            0x0b,
            usize::try_from(open).unwrap_or(0),
        ));
        // Every path to a proof is also one through the full validator.
        if both.quick(&code) {
            proved += 1;
            assert!(both.full(&code), "proved, but not valid: {code:02x?}");
        }
    }
    assert!(proved > 1000, "only {proved} were proved");
}

#[test]
fn handlers_of_every_kind_are_proved() {
    let mut both = Both::new();
    // The label takes what the clause brings: a float, and the exception after it; or the exception alone; or nothing.
    let cases: [(&[u8], &[u8]); 4] = [
        (&[0x7d], &[0, 0, 0]),
        (&[0x02], &[1, 0, 0]),
        (&[0x40], &[2, 0]),
        (&[0x69], &[3, 0]),
    ];
    for (block, clause) in cases {
        for (_, other) in cases {
            let end = [0x00, 0x0b, 0x00, 0x0b, 0x00];
            let code = body(&[&[0x02], block, &[0x1f, 0x40, 1], other, &end]);
            assert_eq!(both.full(&code), clause == other);
            assert_eq!(both.quick(&code), clause == other, "{code:02x?}");
        }
    }
    let rethrown = body(&[&[0x20, 7, 0x0a]]);
    assert!(both.full(&rethrown) && both.quick(&rethrown));
}
