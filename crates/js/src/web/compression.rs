//! Codecs of the Compression standard: `deflate` (RFC 1950), `deflate-raw` (RFC 1951) and `gzip` (RFC 1952).
//!
//! A script gives a codec its input in pieces of [`PIECE`] bytes at most. So what comes of one is bounded too, about a thousand times
//! as much, and the heap of JavaScript says when it is enough.

use std::cell::RefCell;
use std::ffi::CStr;
use std::io::{self, Write as _};

use flate2::write::{DeflateEncoder, GzDecoder, GzEncoder, ZlibEncoder};
use flate2::{Compression, Decompress, FlushDecompress, Status};

use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, Class, ErrorKind, JsResult, Trace, Value};

/// How much input a codec takes at once.
const PIECE: usize = 16 << 10;

/// What an error of a format says.
type Wrong = String;

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "open", open)?;
    native(natives, "input", |call| {
        let bytes = buffer_source::copy_unshared(Api("write()"), &call.argument(0))?;
        call.context().uint8_array(&bytes)
    })?;
    native(natives, "push", push)?;
    native(natives, "finish", finish)
}

/// The state of a stream, which programs never see.
struct Codec(RefCell<State>);

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Codec {}

impl Class for Codec {
    const NAME: &'static CStr = c"Codec";
}

enum State {
    ToDeflate(ZlibEncoder<Vec<u8>>),
    ToRaw(DeflateEncoder<Vec<u8>>),
    ToGzip(GzEncoder<Vec<u8>>),
    Inflate(Inflate),
    FromGzip(GzDecoder<Vec<u8>>),
}

impl State {
    fn new(format: &str, compresses: bool) -> Option<Self> {
        let level = Compression::default();
        Some(match (format, compresses) {
            ("deflate", true) => Self::ToDeflate(ZlibEncoder::new(Vec::new(), level)),
            ("deflate-raw", true) => Self::ToRaw(DeflateEncoder::new(Vec::new(), level)),
            ("gzip", true) => Self::ToGzip(GzEncoder::new(Vec::new(), level)),
            ("deflate", false) => Self::Inflate(Inflate::new(true)),
            ("deflate-raw", false) => Self::Inflate(Inflate::new(false)),
            ("gzip", false) => Self::FromGzip(GzDecoder::new(Vec::new())),
            _ => return None,
        })
    }

    /// Takes input.
    fn push(&mut self, input: &[u8]) -> Result<(), Wrong> {
        match self {
            Self::ToDeflate(codec) => codec.write_all(input).map_err(invalid),
            Self::ToRaw(codec) => codec.write_all(input).map_err(invalid),
            Self::ToGzip(codec) => codec.write_all(input).map_err(invalid),
            Self::Inflate(codec) => codec.push(input),
            Self::FromGzip(codec) => push_gzip(codec, input),
        }
    }

    /// There is no more input.
    fn finish(&mut self) -> Result<(), Wrong> {
        match self {
            Self::ToDeflate(codec) => codec.try_finish().map_err(invalid),
            Self::ToRaw(codec) => codec.try_finish().map_err(invalid),
            Self::ToGzip(codec) => codec.try_finish().map_err(invalid),
            Self::Inflate(codec) if codec.is_at_end => Ok(()),
            Self::Inflate(_) => Err(truncated()),
            // The crate does not say which of both it is.
            Self::FromGzip(codec) => codec.try_finish().map_err(|_| unfinished()),
        }
    }

    /// What there is of output.
    fn take(&mut self) -> Vec<u8> {
        std::mem::take(match self {
            Self::ToDeflate(codec) => codec.get_mut(),
            Self::ToRaw(codec) => codec.get_mut(),
            Self::ToGzip(codec) => codec.get_mut(),
            Self::Inflate(codec) => &mut codec.output,
            Self::FromGzip(codec) => codec.get_mut(),
        })
    }
}

/// Decompression without what gzip has around it. That of the crate which writes does not say whether the end has been there.
struct Inflate {
    codec: Decompress,
    output: Vec<u8>,
    is_at_end: bool,
}

impl Inflate {
    fn new(has_header: bool) -> Self {
        Self {
            codec: Decompress::new(has_header),
            output: Vec::new(),
            is_at_end: false,
        }
    }

    fn push(&mut self, mut input: &[u8]) -> Result<(), Wrong> {
        loop {
            if self.is_at_end {
                return if input.is_empty() {
                    Ok(())
                } else {
                    Err(junk())
                };
            }
            self.output.reserve(PIECE);
            let before = self.codec.total_in();
            let flush = FlushDecompress::None;
            let status = self.codec.decompress_vec(input, &mut self.output, flush);
            let status = status.map_err(|error| invalid(error.into()))?;
            input = &input[(self.codec.total_in() - before) as usize..];
            self.is_at_end = status == Status::StreamEnd;
            let has_room = self.output.len() < self.output.capacity();
            if input.is_empty() && has_room {
                return Ok(());
            }
        }
    }
}

fn push_gzip(codec: &mut GzDecoder<Vec<u8>>, mut input: &[u8]) -> Result<(), Wrong> {
    while !input.is_empty() {
        match codec.write(input).map_err(invalid)? {
            0 => return Err(junk()),
            count => input = &input[count..],
        }
    }
    Ok(())
}

fn invalid(error: io::Error) -> Wrong {
    format!("The compressed data was not valid: {error}.")
}

fn truncated() -> Wrong {
    "Compressed input was truncated.".into()
}

fn unfinished() -> Wrong {
    "Compressed input was truncated, or its checksum is wrong.".into()
}

fn junk() -> Wrong {
    "Junk found after end of compressed data.".into()
}

/// `open(format, compresses)`: a codec, or `null` for a format that there is none for.
fn open<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let format = call.argument(0).to_text()?;
    match State::new(&format, call.argument(1).to_boolean()) {
        Some(state) => context.instance(&context.null(), Codec(RefCell::new(state))),
        None => Ok(context.null()),
    }
}

/// `push(codec, bytes, from)`: takes a piece of the bytes and gives `[output, where the next piece starts]`.
fn push<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let from = call.argument(2).to_number()? as usize;
    let end = from.saturating_add(PIECE);
    let piece = buffer_source::copy_part(Api("write()"), &call.argument(1), from, end)?;
    let output = drive(call, |state| state.push(&piece))?;
    context.array([output, context.number(end as f64)])
}

/// `finish(codec)`: gives the last of the output.
fn finish<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    drive(call, State::finish)
}

/// Does something with the codec that is the first argument, and gives what comes out.
fn drive<'js>(
    call: &Call<'js>,
    step: impl FnOnce(&mut State) -> Result<(), Wrong>,
) -> JsResult<Value<'js>> {
    let (context, codec) = (call.context(), call.argument(0));
    let Some(Codec(state)) = codec.downcast() else {
        return Err(context.throw_error(ErrorKind::Internal, "no codec"));
    };
    let mut state = state.borrow_mut();
    step(&mut state).map_err(|wrong| context.throw_type(&wrong))?;
    context.uint8_array(&state.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(state: &mut State, input: &[u8], step: usize) -> Result<Vec<u8>, Wrong> {
        let mut output = Vec::new();
        for piece in input.chunks(step) {
            state.push(piece)?;
            output.extend(state.take());
        }
        state.finish()?;
        output.extend(state.take());
        Ok(output)
    }

    #[test]
    fn what_is_compressed_comes_back() {
        let text: Vec<u8> = (0..5_000_u32).map(|n| (n * n / 4096) as u8).collect();
        for format in ["deflate", "deflate-raw", "gzip"] {
            let state = |compresses| State::new(format, compresses).unwrap();
            let small = through(&mut state(true), &text, 7_777).unwrap();
            assert!(small.len() < text.len() / 2, "{format}");
            for step in [1, 1000, small.len()] {
                assert_eq!(through(&mut state(false), &small, step).unwrap(), text);
            }
            for cut in 0..small.len() {
                let cut = through(&mut state(false), &small[..cut], PIECE);
                let error = cut.unwrap_err();
                assert!(
                    error.starts_with("Compressed input was truncated"),
                    "{error}"
                );
            }
            for more in [vec![0], vec![0; 20], small.clone()] {
                let longer = [small.clone(), more].concat();
                assert_eq!(through(&mut state(false), &longer, 1).unwrap_err(), junk());
                assert_eq!(
                    through(&mut state(false), &longer, PIECE).unwrap_err(),
                    junk()
                );
            }
            assert!(through(&mut state(false), b"no such data", PIECE).is_err());
        }
        assert!(State::new("br", true).is_none());
    }
}
