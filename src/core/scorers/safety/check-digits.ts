/** Luhn's check of a row of digits (ISO/IEC 7812-1, annex B). */
export const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
};

/** ISO/IEC 7064, MOD 97-10, of digits and capital letters (A is 10): the rest must be 1. */
export const passesMod97 = (text: string): boolean => {
  let rest = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    rest = code < 58 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest === 1;
};

/** ISO/IEC 7064, MOD 11,10, of digits. */
export const passesMod11And10 = (digits: string): boolean => {
  let check = 5;
  for (let i = 0; i < digits.length; i += 1) {
    check = (((check === 0 ? 10 : check) * 2) % 11) + digits.charCodeAt(i) - 48;
    check %= 10;
  }
  return check === 1;
};
