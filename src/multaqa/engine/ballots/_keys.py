"""RSA keys of one election: made and read by `cryptography`, used as integers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import gcd

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from multaqa.engine.ballots._variant import BallotsError

LEAST_BITS = 2048
EXPONENT = 65_537


@dataclass(frozen=True)
class VerifyingKey:
    """The public half: modulus and exponent. Published before the vote opens; everyone gets the same one."""

    modulus: int
    exponent: int

    @property
    def length(self) -> int:
        """Bytes of a signature."""
        return -(-self.modulus.bit_length() // 8)

    @cached_property
    def native(self) -> rsa.RSAPublicKey:
        return rsa.RSAPublicNumbers(self.exponent, self.modulus).public_key()

    def pem(self) -> bytes:
        return self.native.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The desk's half, with the two primes. Its repr shows the public half only."""

    public: VerifyingKey
    first: int = field(repr=False)  # the primes
    second: int = field(repr=False)
    first_exponent: int = field(repr=False)  # d modulo each prime less one
    second_exponent: int = field(repr=False)
    coefficient: int = field(repr=False)  # second⁻¹ modulo first

    def pem(self, passphrase: bytes | None = None) -> bytes:
        """PKCS #8, encrypted where a passphrase is given."""
        private = pow(self.public.exponent, -1, _carmichael(self.first, self.second))
        numbers = rsa.RSAPrivateNumbers(
            self.first,
            self.second,
            private,
            self.first_exponent,
            self.second_exponent,
            self.coefficient,
            rsa.RSAPublicNumbers(self.public.exponent, self.public.modulus),
        )
        shield: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            shield = serialization.BestAvailableEncryption(passphrase)
        return numbers.private_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, shield
        )


def make_key(bits: int = 3072) -> SigningKey:
    """A fresh key, for one election only."""
    if bits < LEAST_BITS:
        raise BallotsError("key_too_short", "The key is too short for this signature.")
    return _of(rsa.generate_private_key(EXPONENT, bits))


def load_signing_key(pem: bytes, passphrase: bytes | None = None) -> SigningKey:
    """The private key of a PEM text. Raises BallotsError where it is not an RSA key of at least 2048 bits."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError) as wrong:
        raise BallotsError("no_key", "This is not a key, or not its passphrase.") from wrong
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BallotsError("not_rsa", "This is not an RSA key.")
    return _of(key)


def load_verifying_key(pem: bytes) -> VerifyingKey:
    """The public key of a PEM text. Raises BallotsError where it is not an RSA key of at least 2048 bits."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as wrong:
        raise BallotsError("no_key", "This is not a key, or not its passphrase.") from wrong
    if not isinstance(key, rsa.RSAPublicKey):
        raise BallotsError("not_rsa", "This is not an RSA key.")
    numbers = key.public_numbers()
    return _sound(VerifyingKey(numbers.n, numbers.e))


def key_from(first: int, second: int, exponent: int = EXPONENT) -> SigningKey:
    """The key of two primes."""
    private = pow(exponent, -1, _carmichael(first, second))
    return SigningKey(
        public=_sound(VerifyingKey(first * second, exponent)),
        first=first,
        second=second,
        first_exponent=private % (first - 1),
        second_exponent=private % (second - 1),
        coefficient=pow(second, -1, first),
    )


def _of(key: rsa.RSAPrivateKey) -> SigningKey:
    numbers = key.private_numbers()
    return key_from(numbers.p, numbers.q, numbers.public_numbers.e)


def _sound(key: VerifyingKey) -> VerifyingKey:
    if key.modulus.bit_length() < LEAST_BITS:
        raise BallotsError("key_too_short", "The key is too short for this signature.")
    return key


def _carmichael(first: int, second: int) -> int:
    return (first - 1) * (second - 1) // gcd(first - 1, second - 1)
