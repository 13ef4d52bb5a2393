//! What `node:buffer` leaves to Rust: encodings, comparison and search.

use std::cmp::Ordering;

use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, Context, JsResult, Value};

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "encode", encode)?;
    native(natives, "decode", |call| {
        let encoding = Encoding::of(&call.argument(1))?;
        call.context()
            .uint8_array(&encoding.decode(&call.argument(0))?)
    })?;
    native(natives, "byteLength", byte_length)?;
    native(natives, "write", write)?;
    native(natives, "compare", compare)?;
    native(natives, "indexOf", index_of)?;
    native(natives, "isUtf8", |call| {
        let bytes = buffer_source::copy(Api("isUtf8"), &call.argument(0))?;
        Ok(call.context().boolean(std::str::from_utf8(&bytes).is_ok()))
    })
}

/// How text and bytes become each other.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Latin1,
    Ascii,
    Hex,
    Base64,
    Base64Url,
}

impl Encoding {
    /// By the names that `node:buffer` gives us.
    fn of(name: &Value<'_>) -> JsResult<Self> {
        Ok(match name.to_text()?.as_str() {
            "utf16le" => Self::Utf16Le,
            "latin1" => Self::Latin1,
            "ascii" => Self::Ascii,
            "hex" => Self::Hex,
            "base64" => Self::Base64,
            "base64url" => Self::Base64Url,
            _ => Self::Utf8,
        })
    }

    fn encode<'js>(self, context: Context<'js>, bytes: &[u8]) -> JsResult<Value<'js>> {
        let units =
            |mask: u8| -> Vec<u16> { bytes.iter().map(|byte| u16::from(byte & mask)).collect() };
        match self {
            Self::Utf8 => context.string(&String::from_utf8_lossy(bytes)),
            Self::Utf16Le => {
                let units: Vec<u16> = bytes
                    .chunks_exact(2)
                    .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                    .collect();
                context.string_utf16(&units)
            }
            Self::Latin1 => context.string_utf16(&units(0xff)),
            Self::Ascii => context.string_utf16(&units(0x7f)),
            Self::Hex => context.string(&hex(bytes)),
            Self::Base64 => context.string(&base64(bytes, STANDARD, true)),
            Self::Base64Url => context.string(&base64(bytes, URL_SAFE, false)),
        }
    }

    fn decode(self, text: &Value<'_>) -> JsResult<Vec<u8>> {
        Ok(match self {
            Self::Utf8 => text.to_text()?.into_bytes(),
            Self::Utf16Le => text
                .to_utf16()?
                .iter()
                .flat_map(|unit| unit.to_le_bytes())
                .collect(),
            Self::Latin1 | Self::Ascii => text.to_utf16()?.iter().map(|unit| *unit as u8).collect(),
            Self::Hex => from_hex(&text.to_utf16()?),
            Self::Base64 | Self::Base64Url => from_base64(&text.to_utf16()?),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Pairs of digits, up to the first that is none.
fn from_hex(units: &[u16]) -> Vec<u8> {
    let digit = |unit: u16| char::from_u32(unit.into()).and_then(|it| it.to_digit(16));
    let pairs = units.chunks_exact(2);
    pairs
        .map_while(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8))
        .collect()
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64(bytes: &[u8], alphabet: &[u8; 64], is_padded: bool) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            match place <= group.len() {
                true => text.push(char::from(
                    alphabet[(bits >> (18 - 6 * place) & 63) as usize],
                )),
                false if is_padded => text.push('='),
                false => {}
            }
        }
    }
    text
}

/// Either alphabet, up to the first `=`; what is of neither is passed over.
fn from_base64(units: &[u16]) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(units.len() / 4 * 3), 0_u32, 0);
    for unit in units {
        let value = match u8::try_from(*unit) {
            Ok(b'=') => break,
            Ok(letter @ b'A'..=b'Z') => letter - b'A',
            Ok(letter @ b'a'..=b'z') => letter - b'a' + 26,
            Ok(digit @ b'0'..=b'9') => digit - b'0' + 52,
            Ok(b'+' | b'-') => 62,
            Ok(b'/' | b'_') => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// `encode(view, encoding, start, end)`.
fn encode<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let encoding = Encoding::of(&call.argument(1))?;
    let place = |index| Ok(call.argument(index).to_number()? as usize);
    let bytes = buffer_source::copy_part(Api("Buffer"), &call.argument(0), place(2)?, place(3)?)?;
    encoding.encode(call.context(), &bytes)
}

/// `byteLength(text, encoding)`: what `decode` would give at most.
fn byte_length<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let text = call.argument(0);
    let length = match Encoding::of(&call.argument(1))? {
        Encoding::Utf8 => text.to_text()?.len(),
        Encoding::Utf16Le => text.to_utf16()?.len() * 2,
        Encoding::Latin1 | Encoding::Ascii => text.to_utf16()?.len(),
        Encoding::Hex => text.to_utf16()?.len() / 2,
        Encoding::Base64 | Encoding::Base64Url => {
            let units = text.to_utf16()?;
            let padding = units
                .iter()
                .rev()
                .take(2)
                .filter(|unit| **unit == u16::from(b'='))
                .count();
            (units.len() - padding) * 3 / 4
        }
    };
    Ok(call.context().number(length as f64))
}

/// `write(view, text, offset, length, encoding)`: whole characters, as many as there is room for.
fn write<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let encoding = Encoding::of(&call.argument(4))?;
    let mut bytes = encoding.decode(&call.argument(1))?;
    let room = call.argument(3).to_number()? as usize;
    if bytes.len() > room {
        let whole = match encoding {
            Encoding::Utf8 => {
                let mut end = room;
                while end > 0 && bytes[end] & 0xc0 == 0x80 {
                    end -= 1;
                }
                end
            }
            Encoding::Utf16Le => room & !1,
            _ => room,
        };
        bytes.truncate(whole);
    }
    let offset = call.argument(2).to_number()? as usize;
    let written = buffer_source::write_at(&call.argument(0), offset, &bytes)?;
    Ok(call.context().number(written as f64))
}

fn bytes(call: &Call<'_>, index: usize) -> JsResult<Vec<u8>> {
    buffer_source::copy(Api("Buffer"), &call.argument(index))
}

/// `compare(one, other)`.
fn compare<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let order = match bytes(call, 0)?.cmp(&bytes(call, 1)?) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    Ok(call.context().int(order))
}

/// `indexOf(view, bytes, from, forward)`: a place, or -1.
fn index_of<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (whole, part) = (bytes(call, 0)?, bytes(call, 1)?);
    let from = call.argument(2).to_number()? as usize;
    let is_forward = call.argument(3).to_boolean();
    let found = match (part.is_empty(), is_forward) {
        (true, _) => Some(from.min(whole.len())),
        (false, true) => {
            let places = whole.get(from..).unwrap_or_default().windows(part.len());
            let mut places = places;
            places.position(|it| it == part).map(|at| at + from)
        }
        (false, false) => {
            let end = from.saturating_add(part.len()).min(whole.len());
            whole[..end].windows(part.len()).rposition(|it| it == part)
        }
    };
    Ok(call.context().number(found.map_or(-1.0, |at| at as f64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn encodings_go_both_ways() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let part = &bytes[..length];
            assert_eq!(from_hex(&units(&hex(part))), part);
            assert_eq!(from_base64(&units(&base64(part, STANDARD, true))), part);
            assert_eq!(from_base64(&units(&base64(part, URL_SAFE, false))), part);
        }
        assert_eq!(base64(b"any", STANDARD, true), "YW55");
        assert_eq!(base64(b"an", STANDARD, true), "YW4=");
        assert_eq!(from_base64(&units("YW5 5\n=YW55")), b"any");
        assert_eq!(from_hex(&units("0a1x22")), [10]);
    }
}
