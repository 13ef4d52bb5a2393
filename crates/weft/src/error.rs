//! [`Error`]: one small type for everything that can go wrong, with the phase still to be found in it.
//!
//! It is a box around any `std::error::Error`, with context added on the way out. What exactly went
//! wrong is asked with [`Error::downcast_ref`]: [`CompileError`](crate::CompileError),
//! [`LinkError`](crate::LinkError) and [`Trap`](crate::Trap) are the phases of the engine, anything else
//! comes from a host function. `Error` itself does not implement `std::error::Error`, because only
//! so can `?` turn every error into it.

use std::any::{Any, TypeId};
use std::error::Error as StdError;
use std::fmt::{self, Debug, Display};
use std::ptr::NonNull;

/// `std::result::Result` with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the engine or of a host function.
///
/// `{}` shows the outermost message (for a trap: its kind and the wasm backtrace), `{:#}` the
/// whole chain in one line, `{:?}` the whole chain with one cause a line.
pub struct Error {
    object: Box<dyn Object>,
}

/// What is in the box: an error that knows what it can be downcast to.
pub(crate) trait Object: Send + Sync + 'static {
    /// It as the standard library's trait.
    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static);
    /// The value of type `wanted` in it, if there is one.
    fn find(&self, wanted: TypeId) -> Option<NonNull<()>>;
    /// Moves what `find` finds into `slot`, an `Option` of the type that is wanted.
    fn take(self: Box<Self>, slot: &mut dyn Any);
    /// It as a box of the standard library's trait.
    fn into_std(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static>;
}

impl Error {
    /// An error made of `error`.
    pub fn new<E>(error: E) -> Self
    where
        E: StdError + Send + Sync + 'static,
    {
        Self::from_object(Plain(error))
    }

    /// An error that is only a message.
    pub fn msg<M>(message: M) -> Self
    where
        M: Display + Debug + Send + Sync + 'static,
    {
        Self::from_object(Message(message))
    }

    /// An error made of a boxed one.
    ///
    /// The box's own type cannot be downcast to: its content is the cause.
    pub fn from_boxed(error: Box<dyn StdError + Send + Sync + 'static>) -> Self {
        Self::from_object(Boxed(error))
    }

    pub(crate) fn from_object(object: impl Object) -> Self {
        Self {
            object: Box::new(object),
        }
    }

    /// The same error with `context` in front of it.
    ///
    /// Both the context and the error can be downcast to afterwards.
    #[must_use]
    pub fn context<C>(self, context: C) -> Self
    where
        C: Display + Debug + Send + Sync + 'static,
    {
        Self::from_object(Layer {
            context,
            source: self,
        })
    }

    /// The value of type `E` in this error: the error itself, a context, or below a context.
    pub fn downcast_ref<E>(&self) -> Option<&E>
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        let found = self.object.find(TypeId::of::<E>())?;
        // SAFETY: `find` answers with a pointer to a value of the type asked for, which the box owns.
        Some(unsafe { found.cast::<E>().as_ref() })
    }

    /// The value of type `E` in this error, to change it.
    pub fn downcast_mut<E>(&mut self) -> Option<&mut E>
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        let found = self.object.find(TypeId::of::<E>())?;
        // SAFETY: as in `downcast_ref`; the exclusive borrow of the box covers its content.
        Some(unsafe { found.cast::<E>().as_mut() })
    }

    /// The value of type `E` in this error; the rest of it is dropped.
    ///
    /// # Errors
    /// This error, when there is none.
    pub fn downcast<E>(self) -> Result<E, Self>
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        if !self.is::<E>() {
            return Err(self);
        }
        let mut slot = None;
        self.take(&mut slot);
        Ok(slot.expect("what is found can be taken"))
    }

    /// Whether there is a value of type `E` in this error.
    pub fn is<E>(&self) -> bool
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        self.object.find(TypeId::of::<E>()).is_some()
    }

    /// The error as the standard library's trait object.
    pub fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.object.as_std()
    }

    /// The error as a box of the standard library's trait object.
    pub fn into_boxed(self) -> Box<dyn StdError + Send + Sync + 'static> {
        self.object.into_std()
    }

    /// This error and its causes, outermost first.
    pub fn chain(&self) -> Chain<'_> {
        Chain {
            next: Some(self.as_std()),
        }
    }

    /// The innermost cause.
    pub fn root_cause(&self) -> &(dyn StdError + 'static) {
        self.chain().last().unwrap_or(self.as_std())
    }
}

impl<E> From<E> for Error
where
    E: StdError + Send + Sync + 'static,
{
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl From<Error> for Box<dyn StdError + Send + Sync + 'static> {
    fn from(error: Error) -> Self {
        error.into_boxed()
    }
}

impl From<Error> for Box<dyn StdError + 'static> {
    fn from(error: Error) -> Self {
        error.into_boxed()
    }
}

impl std::ops::Deref for Error {
    type Target = dyn StdError + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        self.as_std()
    }
}

impl AsRef<dyn StdError + Send + Sync + 'static> for Error {
    fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.as_std()
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self.as_std(), f)?;
        if f.alternate() {
            self.chain()
                .skip(1)
                .try_for_each(|cause| write!(f, ": {cause}"))?;
        }
        Ok(())
    }
}

impl Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self.as_std(), f)?;
        let mut causes = self.chain().skip(1).peekable();
        if causes.peek().is_some() {
            f.write_str("\n\nCaused by:")?;
        }
        causes.try_for_each(|cause| write!(f, "\n    {cause}"))
    }
}

/// The errors of a chain of causes: see [`Error::chain`].
#[derive(Clone, Debug)]
pub struct Chain<'a> {
    next: Option<&'a (dyn StdError + 'static)>,
}

impl<'a> Iterator for Chain<'a> {
    type Item = &'a (dyn StdError + 'static);

    fn next(&mut self) -> Option<Self::Item> {
        let error = self.next?;
        self.next = error.source();
        Some(error)
    }
}

/// Adds context to the error of a `Result`, or makes an error of `None`.
pub trait Context<T> {
    /// The value, or the error with `context` in front of it.
    ///
    /// # Errors
    /// When `self` holds no value.
    fn context<C>(self, context: C) -> Result<T>
    where
        C: Display + Debug + Send + Sync + 'static;

    /// The same with a context that is only made when it is needed.
    ///
    /// # Errors
    /// When `self` holds no value.
    fn with_context<C, F>(self, context: F) -> Result<T>
    where
        C: Display + Debug + Send + Sync + 'static,
        F: FnOnce() -> C;
}

impl<T, E: Into<Error>> Context<T> for std::result::Result<T, E> {
    fn context<C>(self, context: C) -> Result<T>
    where
        C: Display + Debug + Send + Sync + 'static,
    {
        self.map_err(|error| error.into().context(context))
    }

    fn with_context<C, F>(self, context: F) -> Result<T>
    where
        C: Display + Debug + Send + Sync + 'static,
        F: FnOnce() -> C,
    {
        self.map_err(|error| error.into().context(context()))
    }
}

impl<T> Context<T> for Option<T> {
    fn context<C>(self, context: C) -> Result<T>
    where
        C: Display + Debug + Send + Sync + 'static,
    {
        self.ok_or_else(|| Error::msg(context))
    }

    fn with_context<C, F>(self, context: F) -> Result<T>
    where
        C: Display + Debug + Send + Sync + 'static,
        F: FnOnce() -> C,
    {
        self.ok_or_else(|| Error::msg(context()))
    }
}

/// Returns early with an [`Error`] made from a format string.
#[macro_export]
macro_rules! bail {
    ($($message:tt)*) => {
        return ::std::result::Result::Err($crate::format_err!($($message)*))
    };
}

/// An [`Error`] made from a format string.
#[macro_export]
macro_rules! format_err {
    ($($message:tt)*) => {
        $crate::Error::msg(::std::format!($($message)*))
    };
}

/// A pointer to `value` when its type is `wanted`.
pub(crate) fn find_in<V: 'static>(value: &V, wanted: TypeId) -> Option<NonNull<()>> {
    (TypeId::of::<V>() == wanted).then(|| NonNull::from(value).cast())
}

/// Puts `value` into `slot` when that is an `Option` of its type, and says whether it is.
pub(crate) fn move_into<V: 'static>(slot: &mut dyn Any, value: V) -> bool {
    match slot.downcast_mut::<Option<V>>() {
        Some(slot) => {
            *slot = Some(value);
            true
        }
        None => false,
    }
}

struct Plain<E>(E);

impl<E: StdError + Send + Sync + 'static> Object for Plain<E> {
    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &self.0
    }
    fn find(&self, wanted: TypeId) -> Option<NonNull<()>> {
        find_in(&self.0, wanted)
    }
    fn take(self: Box<Self>, slot: &mut dyn Any) {
        move_into(slot, self.0);
    }
    fn into_std(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        Box::new(self.0)
    }
}

struct Boxed(Box<dyn StdError + Send + Sync + 'static>);

impl Object for Boxed {
    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
    fn find(&self, _: TypeId) -> Option<NonNull<()>> {
        None
    }
    fn take(self: Box<Self>, _: &mut dyn Any) {}
    fn into_std(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self.0
    }
}

struct Message<M>(M);

impl<M: Display> Debug for Message<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl<M: Display> Display for Message<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl<M: Display> StdError for Message<M> {}

impl<M: Display + Send + Sync + 'static> Object for Message<M> {
    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }
    fn find(&self, wanted: TypeId) -> Option<NonNull<()>> {
        find_in(&self.0, wanted)
    }
    fn take(self: Box<Self>, slot: &mut dyn Any) {
        move_into(slot, self.0);
    }
    fn into_std(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }
}

struct Layer<C> {
    context: C,
    source: Error,
}

impl<C: Display> Debug for Layer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.context, self.source)
    }
}

impl<C: Display> Display for Layer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.context, f)
    }
}

impl<C: Display> StdError for Layer<C> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_std())
    }
}

impl<C: Display + Send + Sync + 'static> Object for Layer<C> {
    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }
    fn find(&self, wanted: TypeId) -> Option<NonNull<()>> {
        find_in(&self.context, wanted).or_else(|| self.source.find(wanted))
    }
    fn take(self: Box<Self>, slot: &mut dyn Any) {
        let Self { context, source } = *self;
        if !move_into(slot, context) {
            source.take(slot);
        }
    }
    fn into_std(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }
}

impl Error {
    /// What [`Object::find`] finds, for objects that hold an error.
    pub(crate) fn find(&self, wanted: TypeId) -> Option<NonNull<()>> {
        self.object.find(wanted)
    }

    /// What [`Object::take`] does, for objects that hold an error.
    pub(crate) fn take(self, slot: &mut dyn Any) {
        self.object.take(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trap;

    #[test]
    fn what_was_put_in_comes_out_below_context() {
        let error = Error::new(Trap::Unreachable)
            .context("inner")
            .context("outer".to_string());
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Unreachable));
        assert_eq!(error.downcast_ref::<&str>(), Some(&"inner"));
        assert_eq!(error.downcast_ref::<String>().unwrap(), "outer");
        assert!(!error.is::<u32>());
        let error = error.downcast::<u32>().unwrap_err();
        assert_eq!(error.downcast::<Trap>().unwrap(), Trap::Unreachable);
        let message = Error::msg("message".to_string());
        assert_eq!(message.context(1).downcast::<String>().unwrap(), "message");
    }

    #[test]
    fn the_chain_is_shown_in_order() {
        let error = Error::new(Trap::Unreachable).context("a").context("b");
        assert_eq!(format!("{error}"), "b");
        assert_eq!(format!("{error:#}"), "b: a: unreachable");
        assert_eq!(
            format!("{error:?}"),
            "b\n\nCaused by:\n    a\n    unreachable"
        );
        assert_eq!(error.root_cause().to_string(), "unreachable");
    }

    #[test]
    fn question_mark_takes_any_error() {
        fn parse(text: &str) -> Result<u8> {
            Ok(text.parse::<u8>()?)
        }
        assert!(parse("x").unwrap_err().is::<std::num::ParseIntError>());
        let boxed: Box<dyn StdError + Send + Sync> = parse("").unwrap_err().into();
        assert!(boxed.is::<std::num::ParseIntError>());
    }
}
