//! Validation of function bodies (§ 3.4.1), batch by batch.
//!
//! A batch is a run of bodies with the bytes that hold them. The validator's allocations are kept
//! from body to body, and errors are kept by offset, so that the outcome does not depend on who
//! validates what and when.

use std::borrow::Cow;
use std::ops::Range;

use wasmparser::{
    BinaryReader, FuncToValidate, FuncValidator, FuncValidatorAllocations, ValType, WasmFeatures,
    WasmModuleResources,
};

use crate::facts::BodyFacts;
use crate::resources::Resources;
use crate::sections::Sections;
use crate::{DecodeError, DecodeErrorKind, FuncIndex, limits, quick};

type Result<T> = std::result::Result<T, DecodeError>;

/// Bytes of code in a batch: enough to make handing it over cheap, little enough to share well.
pub(crate) const BATCH_SIZE: u32 = 128 << 10;

const BR_TABLE: u8 = 0x0e;
const AGGREGATE_PREFIX: u8 = 0xfb;
const ARRAY_NEW_FIXED: u32 = 8;

/// What all bodies of a module are validated against.
pub(crate) struct Context {
    resources: Resources,
    features: WasmFeatures,
    tables: Option<quick::Tables>,
}

impl Context {
    /// The context that the sections before the code make, or `None` when there is no body yet.
    pub(crate) fn of(sections: &Sections) -> Option<Self> {
        Some(Self {
            resources: sections.resources.clone()?,
            features: sections.features.to_wasmparser(),
            tables: sections.quick_tables(),
        })
    }
}

/// A run of bodies.
pub(crate) struct Batch<'a> {
    /// Bytes of the module, from offset `base` on.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// The offset of the first of `bytes`.
    pub(crate) base: u32,
    /// The function of the first body.
    pub(crate) first: FuncIndex,
    /// Where the bodies are in the module.
    pub(crate) bodies: Vec<Range<u32>>,
}

impl Batch<'_> {
    fn code(&self, body: &Range<u32>) -> &[u8] {
        &self.bytes[(body.start - self.base) as usize..(body.end - self.base) as usize]
    }
}

/// One thread's part in validating bodies.
#[derive(Default)]
pub(crate) struct Worker {
    allocations: FuncValidatorAllocations,
    scratch: quick::Scratch,
    /// What the bodies validated here do.
    pub(crate) facts: BodyFacts,
    /// The error at the lowest offset of those met here.
    pub(crate) error: Option<DecodeError>,
}

impl Worker {
    /// Validates the bodies of `batch` up to the first that is not valid.
    pub(crate) fn validate(&mut self, context: &Context, batch: &Batch<'_>) {
        let functions = (batch.first.0..).map(FuncIndex);
        for (function, range) in functions.zip(batch.bodies.iter()) {
            let code = batch.code(range);
            if self.proves(context, function, code) {
                continue;
            }
            if let Err(error) = self.body(context, function, code, range.start) {
                self.fail(error.in_function(function));
                break;
            }
        }
    }

    /// The quick way, which most bodies take.
    fn proves(&mut self, context: &Context, function: FuncIndex, code: &[u8]) -> bool {
        let Some(tables) = &context.tables else {
            return false;
        };
        quick::proves(tables, function.0, code, &mut self.scratch, &mut self.facts)
    }

    /// Keeps `error` if it is the lowest so far.
    pub(crate) fn fail(&mut self, error: DecodeError) {
        if self
            .error
            .as_ref()
            .is_none_or(|known| error.offset() < known.offset())
        {
            self.error = Some(error);
        }
    }

    /// The full way.
    pub(crate) fn body(
        &mut self,
        context: &Context,
        function: FuncIndex,
        code: &[u8],
        offset: u32,
    ) -> Result<()> {
        let resources = &context.resources;
        let Some(ty) = resources.type_index_of_function(function.0) else {
            // The parser has compared the number of bodies with that of functions.
            return Err(DecodeError::new(
                DecodeErrorKind::Malformed,
                "a body without a function",
                offset.into(),
            ));
        };
        let features = context.features;
        let function = FuncToValidate {
            resources,
            index: function.0,
            ty,
            features,
        };
        let mut validator = function.into_validator(std::mem::take(&mut self.allocations));
        let reader = BinaryReader::new_features(code, offset.into(), features);
        let verdict = self.code(&mut validator, reader, code);
        self.allocations = validator.into_allocations();
        verdict
    }

    fn code(
        &mut self,
        validator: &mut FuncValidator<&Resources>,
        mut reader: BinaryReader<'_>,
        code: &[u8],
    ) -> Result<()> {
        define_locals(validator, &mut reader)?;
        while !reader.eof() {
            let position = reader.current_position();
            let opcode = code[position];
            let offset = reader.original_position();
            match reader.visit_operator(&mut validator.visitor(offset)) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(DecodeError::invalid(&error)),
                Err(error) => return Err(DecodeError::malformed(&error)),
            }
            if is_rare(opcode) {
                self.rare(&code[position..], offset)?;
            }
            if validator.operand_stack_height() as usize > limits::MAX_OPERANDS {
                return Err(too_many_operands(offset));
            }
        }
        let offset = reader.original_position();
        reader
            .finish_expression(&validator.visitor(offset))
            .map_err(|error| DecodeError::invalid(&error))
    }

    /// Looks at an instruction that has limits of its own or facts to note.
    #[cold]
    fn rare(&mut self, code: &[u8], offset: u64) -> Result<()> {
        self.facts.note(code);
        let Some(what) = exceeded_limit(code).unwrap_or(None) else {
            return Ok(());
        };
        Err(DecodeError::new(DecodeErrorKind::Limit, what, offset))
    }
}

#[cold]
fn too_many_operands(offset: u64) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::Limit,
        "more than 1000000 operands on the stack",
        offset,
    )
}

#[inline(always)]
fn is_rare(opcode: u8) -> bool {
    BodyFacts::concern(opcode) || matches!(opcode, BR_TABLE | AGGREGATE_PREFIX)
}

/// The limit that the validated instruction at the start of `code` exceeds.
fn exceeded_limit(code: &[u8]) -> wasmparser::Result<Option<&'static str>> {
    let mut reader = BinaryReader::new(code, 0);
    Ok(match reader.read_u8()? {
        BR_TABLE if reader.read_var_u32()? > limits::MAX_BR_TABLE_SIZE => {
            Some("br_table with more than 65520 labels")
        }
        AGGREGATE_PREFIX if reader.read_var_u32()? == ARRAY_NEW_FIXED => {
            let _type = reader.read_var_u32()?;
            let operands = reader.read_var_u32()?;
            (operands > limits::MAX_ARRAY_NEW_FIXED)
                .then_some("array.new_fixed with more than 10000 operands")
        }
        _ => None,
    })
}

/// Reads the declarations of locals (§ 5.5.13) into `validator`.
fn define_locals(
    validator: &mut FuncValidator<&Resources>,
    reader: &mut BinaryReader<'_>,
) -> Result<()> {
    let groups = reader
        .read_var_u32()
        .map_err(|error| DecodeError::malformed(&error))?;
    let before = reader.clone();
    for _ in 0..groups {
        let offset = reader.original_position();
        let (count, ty) = read_group(reader)?;
        if let Err(error) = validator.define_locals(offset, count, ty) {
            check_sum(before, groups)?;
            return Err(DecodeError::invalid(&error));
        }
    }
    Ok(())
}

fn read_group(reader: &mut BinaryReader<'_>) -> Result<(u32, ValType)> {
    reader
        .read()
        .map_err(|error| DecodeError::malformed(&error))
}

/// More than 2^32 - 1 locals are malformed, not just too many for this implementation.
#[cold]
fn check_sum(mut reader: BinaryReader<'_>, groups: u32) -> Result<()> {
    let mut sum = 0u32;
    for _ in 0..groups {
        let offset = reader.original_position();
        let (count, _) = read_group(&mut reader)?;
        sum = sum.checked_add(count).ok_or_else(|| {
            DecodeError::new(DecodeErrorKind::Malformed, "too many locals", offset)
        })?;
    }
    Ok(())
}
