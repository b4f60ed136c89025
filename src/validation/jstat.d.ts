/** The distributions that we use of jStat 1.9.6, which brings no types. */
declare module 'jstat' {
  interface Quantile<Parameters extends number[]> {
    /** the value below which a share p lies */
    inv(p: number, ...parameters: Parameters): number;
    /** the share that lies below x */
    cdf(x: number, ...parameters: Parameters): number;
  }
  const jstat: {
    readonly jStat: {
      readonly normal: Quantile<[mean: number, sd: number]>;
      readonly studentt: Quantile<[degrees: number]>;
      readonly centralF: Quantile<[between: number, within: number]>;
    };
  };
  export default jstat;
}
