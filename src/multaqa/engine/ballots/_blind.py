"""RFC 9474 sections 4.1 to 4.5: prepare, blind, sign blindly, finalize, verify."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA384

from multaqa.engine.ballots._keys import SigningKey, VerifyingKey
from multaqa.engine.ballots._variant import DEFAULT, PREFIX, BallotsError, Entropy, Variant, encode

_SPARE = 16  # bytes over the modulus, so that a reduced random number is uniform
_EXPONENT_BLIND = 8


@dataclass(frozen=True, slots=True)
class Blinded:
    """What goes to the desk, and the secret that undoes it, which never leaves the voter."""

    message: bytes
    inverse: int = field(repr=False)


def prepare(message: bytes, *, entropy: Entropy, variant: Variant = DEFAULT) -> bytes:
    """The message to be signed: with a random prefix of 32 bytes in the randomized variants."""
    return entropy(PREFIX) + message if variant.randomized else message


def blind(message: bytes, *, key: VerifyingKey, entropy: Entropy, variant: Variant = DEFAULT) -> Blinded:
    """Hide a prepared message behind a random factor.

    Raises BallotsError where the message shares a factor with the modulus (it would be the private key).
    """
    return blind_with(message, key=key, salt=entropy(variant.salt), factor=_unit(key.modulus, entropy))


def blind_with(message: bytes, *, key: VerifyingKey, salt: bytes, factor: int) -> Blinded:
    """The same with a given salt and a given blinding factor; only for vectors and for `blind`."""
    number = int.from_bytes(encode(message, key.modulus.bit_length() - 1, salt), "big")
    if gcd(number, key.modulus) != 1:
        raise BallotsError("bad_message", "This message cannot be signed with this key.")
    hidden = number * pow(factor, key.exponent, key.modulus) % key.modulus
    return Blinded(hidden.to_bytes(key.length, "big"), pow(factor, -1, key.modulus))


def blind_sign(blinded: bytes, *, key: SigningKey, entropy: Entropy) -> bytes:
    """The desk's signature under a message that it cannot read.

    Base and exponents are masked afresh each time, so that how long it takes says nothing of the key, and the
    result is verified before it leaves, so that a fault in one prime cannot betray the other.
    Raises BallotsError on a wrong length, a number beyond the modulus, or such a fault.
    """
    public = key.public
    if len(blinded) != public.length:
        raise BallotsError("bad_length", "A blinded message has {length} bytes.", length=public.length)
    number = int.from_bytes(blinded, "big")
    if number >= public.modulus:
        raise BallotsError("out_of_range", "This blinded message is beyond the modulus.")
    mask = _unit(public.modulus, entropy)
    masked = number * pow(mask, public.exponent, public.modulus) % public.modulus
    signed = _private(masked, key, entropy) * pow(mask, -1, public.modulus) % public.modulus
    if pow(signed, public.exponent, public.modulus) != number:
        raise BallotsError("signing_fault", "The signature went wrong and was not given out.")
    return signed.to_bytes(public.length, "big")


def finalize(
    message: bytes,
    blind_signature: bytes,
    blinded: Blinded,
    *,
    key: VerifyingKey,
    variant: Variant = DEFAULT,
) -> bytes:
    """The voter takes the blinding off. Raises BallotsError where what remains is no valid signature."""
    if len(blind_signature) != key.length:
        raise BallotsError("bad_length", "A blinded message has {length} bytes.", length=key.length)
    number = int.from_bytes(blind_signature, "big") * blinded.inverse % key.modulus
    signature = number.to_bytes(key.length, "big")
    if not verify(message, signature, key=key, variant=variant):
        raise BallotsError("bad_signature", "The desk's answer is not a valid signature.")
    return signature


def verify(message: bytes, signature: bytes, *, key: VerifyingKey, variant: Variant = DEFAULT) -> bool:
    """Whether the signature is the key's under the prepared message: plain RSASSA-PSS."""
    pss = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=variant.salt)
    try:
        key.native.verify(signature, message, pss, SHA384())
    except InvalidSignature:
        return False
    return True


def _private(number: int, key: SigningKey, entropy: Entropy) -> int:
    """number^d by the Chinese remainder theorem, each exponent with a random multiple of its order."""
    halves = []
    for prime, exponent in ((key.first, key.first_exponent), (key.second, key.second_exponent)):
        veil = int.from_bytes(entropy(_EXPONENT_BLIND), "big")
        halves.append(pow(number, exponent + veil * (prime - 1), prime))
    first, second = halves
    return second + key.second * ((first - second) * key.coefficient % key.first)


def _unit(modulus: int, entropy: Entropy) -> int:
    """A uniform number between 1 and the modulus that has an inverse."""
    while True:
        number = int.from_bytes(entropy(-(-modulus.bit_length() // 8) + _SPARE), "big") % (modulus - 1) + 1
        if gcd(number, modulus) == 1:
            return number
