'use strict';
const { ObjectId } = require('mongodb');

const COLLECTION = 'users';

module.exports = {
  /** People who sign in. */
  async up(db, client) {
    await db.createCollection(COLLECTION, {
      validator: { $jsonSchema: { required: ['email'], properties: { email: { bsonType: 'string' } } } },
    });
    const users = db.collection(COLLECTION);
    await users.createIndex({ email: 1 }, { unique: true, name: 'email_unique' });
    await users.createIndex({ 'address.city': 1, created: -1 });
    await users.insertMany([
      { _id: new ObjectId('65a1b2c3d4e5f60718293a4b'), email: "root@example.com", created: new Date('2023-09-01T10:00:00.000Z') },
      { email: 'it\'s@example.com', tags: [], visits: 0, score: 1.5, debt: -3, big: 5000000000, },
    ]);
  },

  async down(db) {
    await db.collection(COLLECTION).drop();
  }
};
