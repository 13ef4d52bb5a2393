//! [`Upload`]: a body that is sent while a script makes it.
//!
//! The script's agent hands over one piece at a time, and hears when the thread of the exchange has begun with it. So there is never more
//! than a piece ahead of the network. A script that lets go before the end breaks the request off.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::event_loop::Reply;

/// A part of a body.
pub(super) enum Piece {
    Bytes(Vec<u8>, Reply<()>),
    End,
}

/// Where an agent puts pieces.
pub(super) type Pieces = Sender<Piece>;

/// The body, for who sends it.
pub(super) struct Upload {
    pieces: Receiver<Piece>,
    /// The present piece, and how much of it has been read.
    piece: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl Upload {
    /// A body, and where its pieces go.
    pub(super) fn new() -> (Pieces, Self) {
        let (sender, pieces) = channel();
        let upload = Self {
            pieces,
            piece: Vec::new(),
            at: 0,
            is_over: false,
        };
        (sender, upload)
    }

    /// Waits for the next piece.
    fn next(&mut self) -> io::Result<()> {
        match self.pieces.recv() {
            Ok(Piece::Bytes(bytes, reply)) => {
                (self.piece, self.at) = (bytes, 0);
                reply.send(());
            }
            Ok(Piece::End) => self.is_over = true,
            Err(_) => return Err(io::Error::other("the body broke off")),
        }
        Ok(())
    }
}

impl Read for Upload {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() && !self.is_over {
            self.next()?;
        }
        let count = (&self.piece[self.at..]).read(into)?;
        self.at += count;
        Ok(count)
    }
}
