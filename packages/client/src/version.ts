/** The version of this package, as it tells brokers. Written out, so that it survives bundling; a test holds it to package.json. */
export const version = '0.0.0'
