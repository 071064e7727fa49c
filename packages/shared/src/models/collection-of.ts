import type { Model, mongo } from 'mongoose';

/**
 * Returns the driver's own collection, for operations so frequent that mongoose's casts and documents show in a
 * profile.
 */
export const collectionOf = <Raw extends mongo.Document>(model: Model<Raw>): mongo.Collection<Raw> =>
  model.collection as unknown as mongo.Collection<Raw>;
