// Verify audits an exported log with Go's own transparency-log packages and none of our code.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go DIRECTORY VKEY
//
// It prints one line and exits 0 when every entry is under the signed root, 1 when not.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// directory reads tiles where C2SP tlog-tiles puts them: Go's own paths carry the height as well.
type directory string

func (d directory) Height() int                             { return height }
func (d directory) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range tiles {
		content, err := d.read(tile)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func (d directory) read(tile tlog.Tile) ([]byte, error) {
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	path = strings.Replace(path, "tile/8/", "tile/", 1)
	return os.ReadFile(filepath.Join(string(d), path))
}

func open(message []byte, vkey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	signed, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || tree.N < 0 {
		return tree, fmt.Errorf("bad size %q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, fmt.Errorf("bad root %q", lines[2])
	}
	copy(tree.Hash[:], root)
	return tree, nil
}

// memory holds every stored hash of the tree, rebuilt from the entries alone.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("no stored hash %d", index)
		}
		hashes[i] = m[index]
	}
	return hashes, nil
}

func (d directory) rebuild(size int64) (hashes memory, err error) {
	for first := int64(0); first < size; first += 1 << height {
		width := size - first
		if width > 1<<height {
			width = 1 << height
		}
		content, err := d.read(tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)})
		if err != nil {
			return nil, err
		}
		for index := first; index < first+width; index++ {
			if len(content) < 2 || len(content) < 2+int(binary.BigEndian.Uint16(content)) {
				return nil, fmt.Errorf("entry %d is cut short", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(content))
			added, err := tlog.StoredHashes(index, content[2:end], hashes)
			if err != nil {
				return nil, err
			}
			hashes, content = append(hashes, added...), content[end:]
		}
		if len(content) > 0 {
			return nil, fmt.Errorf("%d bytes after entry %d", len(content), first+width-1)
		}
	}
	return hashes, nil
}

// compare checks every tile file, byte for byte, against the tile that the entries make. TileHashReader
// alone is no audit: before x/mod 0.40 it leaves some tiles unauthenticated (CVE-2026-56865).
func (d directory) compare(size int64, hashes memory, entriesAreSigned bool) error {
	for _, tile := range tlog.NewTiles(height, 0, size) {
		if tile.W < 1<<height && int64(tile.W) != size>>(height*tile.L)%(1<<height) {
			continue // Go also lists the partial tiles of all smaller sizes
		}
		want, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		got, err := d.read(tile)
		if err != nil {
			return err
		}
		if bytes.Equal(got, want) {
			continue
		}
		if entriesAreSigned || tile.L > 0 || len(got) != len(want) {
			return fmt.Errorf("tile %d/%d is not the signed one", tile.L, tile.N)
		}
		place := 0
		for got[place] == want[place] {
			place++
		}
		return fmt.Errorf("entry %d is not the signed one", tile.N<<height+int64(place/tlog.HashSize))
	}
	if !entriesAreSigned {
		return fmt.Errorf("the entries do not lead to the signed root")
	}
	return nil
}

// proofs checks that proofs by Go, from these tiles, hold for some entries and earlier sizes.
func proofs(tree tlog.Tree, hashes tlog.HashReader) error {
	for _, index := range []int64{0, tree.N / 3, tree.N - 1} {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		record, err := tlog.ProveRecord(tree.N, index, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(record, tree.N, tree.Hash, index, leaf[0]); err != nil {
			return err
		}
		past, err := tlog.TreeHash(index+1, hashes)
		if err != nil {
			return err
		}
		growth, err := tlog.ProveTree(tree.N, index+1, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(growth, tree.N, tree.Hash, index+1, past); err != nil {
			return err
		}
	}
	return nil
}

func audit(d directory, vkey string) (size int64, err error) {
	message, err := os.ReadFile(filepath.Join(string(d), "checkpoint"))
	if err != nil {
		return 0, err
	}
	tree, err := open(message, vkey)
	if err != nil {
		return 0, err
	}
	if tree.N == 0 {
		empty := sha256.Sum256(nil)
		if !bytes.Equal(tree.Hash[:], empty[:]) {
			return 0, fmt.Errorf("an empty log with entries in its root")
		}
		return 0, nil
	}
	hashes, err := d.rebuild(tree.N)
	if err != nil {
		return 0, err
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return 0, err
	}
	if err := d.compare(tree.N, hashes, root == tree.Hash); err != nil {
		return 0, err
	}
	return tree.N, proofs(tree, tlog.TileHashReader(tree, d))
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify DIRECTORY VKEY")
		os.Exit(2)
	}
	size, err := audit(directory(os.Args[1]), os.Args[2])
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
	fmt.Println("VERIFIED:", size, "entries")
}
