/** How an `https://` address proves who it is, where the authorities that the machine trusts, or the name in the address, do not fit. */
export interface UpstreamTls {
  /** Certificates in PEM that are trusted instead of the machine's. Absent: the machine's. */
  readonly ca?: string;
  /** The name that is asked for and that the certificate must be for. Absent: that of the address. */
  readonly serverName?: string;
}
