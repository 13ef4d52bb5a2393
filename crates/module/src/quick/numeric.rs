//! Numeric instructions (§ 3.4.2): constants, and all that only need operands of a type.

use super::{BOTTOM, F32, F64, I32, I64, Pass, Step, Type};

/// An instruction from one or two operands of a type to a result.
#[derive(Copy, Clone)]
pub(super) struct Shape {
    pub(super) operand: Type,
    pub(super) binary: bool,
    pub(super) result: Type,
}

pub(super) const FIRST: u8 = 0x45;
pub(super) const LAST: u8 = 0xc4;

/// The shapes of the opcodes from `FIRST` to `LAST`.
pub(super) static SHAPES: [Shape; (LAST - FIRST + 1) as usize] = shapes();

const fn shapes() -> [Shape; (LAST - FIRST + 1) as usize] {
    // First opcode and last of a run, operand, number of operands, result.
    const RUNS: [(u8, u8, Type, u8, Type); 32] = [
        (0x45, 0x45, I32, 1, I32),
        (0x46, 0x4f, I32, 2, I32),
        (0x50, 0x50, I64, 1, I32),
        (0x51, 0x5a, I64, 2, I32),
        (0x5b, 0x60, F32, 2, I32),
        (0x61, 0x66, F64, 2, I32),
        (0x67, 0x69, I32, 1, I32),
        (0x6a, 0x78, I32, 2, I32),
        (0x79, 0x7b, I64, 1, I64),
        (0x7c, 0x8a, I64, 2, I64),
        (0x8b, 0x91, F32, 1, F32),
        (0x92, 0x98, F32, 2, F32),
        (0x99, 0x9f, F64, 1, F64),
        (0xa0, 0xa6, F64, 2, F64),
        // i32 from: wrap, truncations.
        (0xa7, 0xa7, I64, 1, I32),
        (0xa8, 0xa9, F32, 1, I32),
        (0xaa, 0xab, F64, 1, I32),
        // i64 from: extensions, truncations.
        (0xac, 0xad, I32, 1, I64),
        (0xae, 0xaf, F32, 1, I64),
        (0xb0, 0xb1, F64, 1, I64),
        // f32 from: conversions, demotion.
        (0xb2, 0xb3, I32, 1, F32),
        (0xb4, 0xb5, I64, 1, F32),
        (0xb6, 0xb6, F64, 1, F32),
        // f64 from: conversions, promotion.
        (0xb7, 0xb8, I32, 1, F64),
        (0xb9, 0xba, I64, 1, F64),
        (0xbb, 0xbb, F32, 1, F64),
        // Reinterpretations.
        (0xbc, 0xbc, F32, 1, I32),
        (0xbd, 0xbd, F64, 1, I64),
        (0xbe, 0xbe, I32, 1, F32),
        (0xbf, 0xbf, I64, 1, F64),
        // Sign extensions.
        (0xc0, 0xc1, I32, 1, I32),
        (0xc2, 0xc4, I64, 1, I64),
    ];
    let mut shapes = [Shape {
        operand: BOTTOM,
        binary: false,
        result: BOTTOM,
    }; (LAST - FIRST + 1) as usize];
    let mut run = 0;
    while run < RUNS.len() {
        let (first, last, operand, operands, result) = RUNS[run];
        let mut opcode = first;
        while opcode <= last {
            shapes[(opcode - FIRST) as usize] = Shape {
                operand,
                binary: operands == 2,
                result,
            };
            opcode += 1;
        }
        run += 1;
    }
    shapes
}

impl Pass<'_> {
    #[inline(always)]
    pub(super) fn numeric(&mut self, opcode: u8) -> Step {
        let Shape {
            operand,
            binary,
            result,
        } = SHAPES[usize::from(opcode - FIRST)];
        if binary {
            self.pop(operand)?;
        }
        self.convert(operand, result)
    }

    pub(super) fn i32_const(&mut self) -> Step {
        self.reader.skip_i32()?;
        self.push(I32);
        Ok(())
    }

    pub(super) fn i64_const(&mut self) -> Step {
        self.reader.skip_i64()?;
        self.push(I64);
        Ok(())
    }

    pub(super) fn f32_const(&mut self) -> Step {
        self.reader.skip(4)?;
        self.push(F32);
        Ok(())
    }

    pub(super) fn f64_const(&mut self) -> Step {
        self.reader.skip(8)?;
        self.push(F64);
        Ok(())
    }
}
