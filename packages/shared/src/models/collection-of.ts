import type { Model, mongo } from 'mongoose';

/** The driver's own collection, for what is done so often that mongoose's casts and documents show in a profile. */
export const collectionOf = <Raw extends mongo.Document>(model: Model<Raw>): mongo.Collection<Raw> =>
  model.collection as unknown as mongo.Collection<Raw>;
