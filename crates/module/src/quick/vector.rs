//! Vector instructions (§ 3.4.8), plain and relaxed.

use super::{BOTTOM, F32, F64, GiveUp, I32, I64, Pass, Step, Type, V128};

/// What an instruction without immediates does to the stack.
#[derive(Copy, Clone)]
enum Shape {
    /// Not an instruction, or one with immediates.
    None,
    Unary,
    Binary,
    Ternary,
    /// A vector and a shift.
    Shift,
    /// A vector to an i32.
    Test,
}

/// Opcodes with immediates of their own come before this one.
const FIRST: u32 = 35;
/// Relaxed instructions begin here.
const RELAXED: u32 = 0x100;
const END: u32 = 0x114;

static SHAPES: [Shape; (END - FIRST) as usize] = shapes();

const fn shapes() -> [Shape; (END - FIRST) as usize] {
    use Shape::{Binary, Shift, Ternary, Test, Unary};
    // First opcode and last of a run.
    const RUNS: [(u32, u32, Shape); 54] = [
        // Comparisons and bitwise instructions.
        (35, 76, Binary),
        (77, 77, Unary),
        (78, 81, Binary),
        (82, 82, Ternary),
        (83, 83, Test),
        (94, 95, Unary),
        // i8x16, and roundings of floats between.
        (96, 98, Unary),
        (99, 100, Test),
        (101, 102, Binary),
        (103, 106, Unary),
        (107, 109, Shift),
        (110, 115, Binary),
        (116, 117, Unary),
        (118, 121, Binary),
        (122, 122, Unary),
        (123, 123, Binary),
        (124, 127, Unary),
        // i16x8.
        (128, 129, Unary),
        (130, 130, Binary),
        (131, 132, Test),
        (133, 134, Binary),
        (135, 138, Unary),
        (139, 141, Shift),
        (142, 147, Binary),
        (148, 148, Unary),
        (149, 153, Binary),
        (155, 159, Binary),
        // i32x4.
        (160, 161, Unary),
        (163, 164, Test),
        (167, 170, Unary),
        (171, 173, Shift),
        (174, 174, Binary),
        (177, 177, Binary),
        (181, 186, Binary),
        (188, 191, Binary),
        // i64x2.
        (192, 193, Unary),
        (195, 196, Test),
        (199, 202, Unary),
        (203, 205, Shift),
        (206, 206, Binary),
        (209, 209, Binary),
        (213, 223, Binary),
        // f32x4 and f64x2.
        (224, 225, Unary),
        (227, 227, Unary),
        (228, 235, Binary),
        (236, 237, Unary),
        (239, 239, Unary),
        (240, 247, Binary),
        (248, 255, Unary),
        // Relaxed.
        (0x100, 0x100, Binary),
        (0x101, 0x104, Unary),
        (0x105, 0x10c, Ternary),
        (0x10d, 0x112, Binary),
        (0x113, 0x113, Ternary),
    ];
    let mut shapes = [Shape::None; (END - FIRST) as usize];
    let mut run = 0;
    while run < RUNS.len() {
        let (first, last, shape) = RUNS[run];
        let mut opcode = first;
        while opcode <= last {
            shapes[(opcode - FIRST) as usize] = shape;
            opcode += 1;
        }
        run += 1;
    }
    shapes
}

impl Pass<'_> {
    pub(super) fn vector(&mut self) -> Step {
        match self.reader.u32()? {
            0 => self.vector_load(4),
            1..=6 => self.vector_load(3),
            width @ 7..=10 => self.vector_load(width as u8 - 7),
            11 => self.vector_store(),
            12 => self.v128_const(),
            13 => self.shuffle(),
            14 => self.binary_vector(),
            15..=17 => self.convert(I32, V128),
            18 => self.convert(I64, V128),
            19 => self.convert(F32, V128),
            20 => self.convert(F64, V128),
            opcode @ 21..=34 => self.lane(opcode),
            width @ 84..=87 => self.load_lane(width as u8 - 84),
            width @ 88..=91 => self.store_lane(width as u8 - 88),
            92 => self.vector_load(2),
            93 => self.vector_load(3),
            opcode if !(FIRST..END).contains(&opcode) => Err(GiveUp),
            opcode if opcode >= RELAXED && !self.tables.relaxed_simd => Err(GiveUp),
            opcode => self.shaped_vector(SHAPES[(opcode - FIRST) as usize]),
        }
    }

    fn shaped_vector(&mut self, shape: Shape) -> Step {
        match shape {
            Shape::None => Err(GiveUp),
            Shape::Unary => self.convert(V128, V128),
            Shape::Binary => self.binary_vector(),
            Shape::Ternary => {
                self.pop(V128)?;
                self.binary_vector()
            }
            Shape::Shift => {
                self.pop(I32)?;
                self.convert(V128, V128)
            }
            Shape::Test => self.convert(V128, I32),
        }
    }

    fn binary_vector(&mut self) -> Step {
        self.pop(V128)?;
        self.convert(V128, V128)
    }

    fn vector_load(&mut self, width: u8) -> Step {
        self.memarg(width)?;
        self.convert(I32, V128)
    }

    fn vector_store(&mut self) -> Step {
        self.memarg(4)?;
        self.pop(V128)?;
        self.pop(I32)
    }

    fn v128_const(&mut self) -> Step {
        self.reader.skip(16)?;
        self.push(V128);
        Ok(())
    }

    fn shuffle(&mut self) -> Step {
        for _ in 0..16 {
            self.lane_index(32)?;
        }
        self.binary_vector()
    }

    /// `extract_lane` and `replace_lane`, from `i8x16.extract_lane_s` (21) on.
    fn lane(&mut self, opcode: u32) -> Step {
        // The type of a lane, how many lanes there are, and whether one is replaced.
        let (ty, lanes, replace): (Type, u8, bool) = match opcode {
            21 | 22 => (I32, 16, false),
            23 => (I32, 16, true),
            24 | 25 => (I32, 8, false),
            26 => (I32, 8, true),
            27 => (I32, 4, false),
            28 => (I32, 4, true),
            29 => (I64, 2, false),
            30 => (I64, 2, true),
            31 => (F32, 4, false),
            32 => (F32, 4, true),
            33 => (F64, 2, false),
            34 => (F64, 2, true),
            _ => (BOTTOM, 0, false),
        };
        self.lane_index(lanes)?;
        if replace {
            self.pop(ty)?;
            self.convert(V128, V128)
        } else {
            self.convert(V128, ty)
        }
    }

    fn load_lane(&mut self, width: u8) -> Step {
        self.memarg(width)?;
        self.lane_index(16 >> width)?;
        self.pop(V128)?;
        self.convert(I32, V128)
    }

    fn store_lane(&mut self, width: u8) -> Step {
        self.memarg(width)?;
        self.lane_index(16 >> width)?;
        self.pop(V128)?;
        self.pop(I32)
    }

    fn lane_index(&mut self, lanes: u8) -> Step {
        if self.reader.byte()? < lanes {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }
}
