//! A stand-in for builds without the feature `tls`.

use std::io;

use socket2::Socket;

use crate::transport::Took;

/// No value exists without the feature.
#[derive(Clone)]
pub(crate) enum Tls {}

/// No value exists without the feature.
pub(crate) enum Session {}

impl Tls {
    pub(crate) fn session(&self) -> io::Result<Session> {
        match *self {}
    }
}

impl Session {
    pub(crate) fn read(&mut self, _: &Socket, _: &mut [u8]) -> io::Result<Took> {
        match *self {}
    }

    pub(crate) fn write(&mut self, _: &Socket, _: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    pub(crate) fn pending(&self) -> usize {
        match *self {}
    }

    pub(crate) fn flush(&mut self, _: &Socket) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn handshake(&mut self, _: &Socket) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn finish(&mut self, _: &Socket) -> io::Result<()> {
        match *self {}
    }
}
