module.exports = {
  async up(db) {
    await db.collection('a').createIndex({ x: 1 });
    const all = await db.collection('users').find().toArray();
    for (const user of all) {
      await db.collection('users').updateOne({ _id: user._id }, { $set: { n: user.n + 1 } });
    }
  },
  async down() {}
};
