const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5, with the bytes beyond ASCII that old senders use; no control characters but the tab. */
const NOT_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

export const isFieldName = (text: string): boolean => NAME.test(text);
export const isFieldValue = (text: string): boolean => !NOT_VALUE.test(text);
