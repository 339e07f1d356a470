/** Where the key stands whose requests stay together. */
export interface StickySource {
  /** `field`: in the JSON body of the request; `claim`: in the token of whoever asks. */
  readonly by: 'header' | 'cookie' | 'field' | 'claim';
  /** Of the header or cookie; a JSON pointer for `field`; name of the claim, or a JSON pointer into the token. */
  readonly name: string;
}

/** What keeps a user, or a conversation, on one release. */
export interface Sticky extends StickySource {
  /** Where to look, in this order, when the key is not there. Absent: nowhere else. */
  readonly otherwise?: readonly StickySource[];
  /** What gives one outcome. Absent: each key; `request` where keys do not differ in how often their requests fail. */
  readonly unit?: 'request';
}
